package io.petacore.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a transaction. A key is either a list, which is appended to, or a register,
 * which is overwritten. Each value is written to a key at most once in a history, so a value
 * identifies its writer.
 */
public sealed interface MicroOp {

  /** Returns the key that is read or written. */
  String key();

  /** Appends a value to a list. */
  record Append(String key, long value) implements MicroOp {}

  /** Reads a list; an absent list is empty. */
  record ListRead(String key, List<Long> values) implements MicroOp {
    /** Copies the values. */
    public ListRead {
      values = List.copyOf(values);
    }
  }

  /** Overwrites a register. */
  record Write(String key, long value) implements MicroOp {}

  /** Reads a register; null means absent. */
  record RegisterRead(String key, @Nullable Long value) implements MicroOp {}

  /** Returns whether this operation writes. */
  default boolean writes() {
    return this instanceof Append || this instanceof Write;
  }

  /**
   * Returns the value written.
   *
   * @throws IllegalStateException if this operation does not write
   */
  default long written() {
    if (this instanceof Append append) {
      return append.value();
    }
    if (this instanceof Write write) {
      return write.value();
    }
    throw new IllegalStateException(this + " does not write");
  }

  /**
   * Returns the result of a read: the elements of the list, or the value of the register if it is
   * present.
   *
   * @throws IllegalStateException if this operation does not read
   */
  default List<Long> seen() {
    if (this instanceof ListRead read) {
      return read.values();
    }
    if (this instanceof RegisterRead read) {
      Long value = read.value();
      return value == null ? List.of() : List.of(value);
    }
    throw new IllegalStateException(this + " does not read");
  }

  /** Returns whether the key is a list. */
  default boolean isOfList() {
    return this instanceof Append || this instanceof ListRead;
  }
}
