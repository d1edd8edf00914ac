package io.petacore.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a transaction. A key is either a list, which is appended to, or a register, which is
 * overwritten; every value is written to its key once in a history, so that whoever reads it tells
 * who wrote it.
 */
public sealed interface MicroOp {

  /** What is read or written. */
  String key();

  /** Adds a value to the end of a list. */
  record Append(String key, long value) implements MicroOp {}

  /** Reads a list; an absent one is empty. */
  record ListRead(String key, List<Long> values) implements MicroOp {
    /** Keeps a copy. */
    public ListRead {
      values = List.copyOf(values);
    }
  }

  /** Overwrites a register. */
  record Write(String key, long value) implements MicroOp {}

  /** Reads a register; null: absent. */
  record RegisterRead(String key, @Nullable Long value) implements MicroOp {}

  /** Whether it changes its key. */
  default boolean writes() {
    return this instanceof Append || this instanceof Write;
  }

  /** What it writes; only for one that does. */
  default long written() {
    if (this instanceof Append append) {
      return append.value();
    }
    if (this instanceof Write write) {
      return write.value();
    }
    throw new IllegalStateException(this + " does not write");
  }

  /** What a read has found: the list, or the register's value if there is one. */
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

  /** Whether its key is a list. */
  default boolean isOfList() {
    return this instanceof Append || this instanceof ListRead;
  }
}
