package io.petacore.history;

import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a transaction. A key is either a list, which is appended to, or a register,
 * which is overwritten and deleted. Each value is written to a key at most once in a history, so a
 * value identifies its writer.
 */
public sealed interface MicroOp {

  /** Returns whether this operation writes. */
  boolean writes();

  /** An operation on one key. */
  sealed interface PointOp extends MicroOp {

    /** Returns the key that is read or written. */
    String key();

    @Override
    default boolean writes() {
      return this instanceof Append || this instanceof Write || this instanceof Delete;
    }

    /**
     * Returns the value that identifies the version written.
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
      if (this instanceof Delete delete) {
        return delete.tombstone();
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

    /**
     * Returns what a read sees after this write.
     *
     * @param before what a read saw before it
     * @throws IllegalStateException if this operation does not write
     */
    default List<Long> appliedTo(List<Long> before) {
      if (this instanceof Delete) {
        return List.of();
      }
      List<Long> after = new ArrayList<>(isOfList() ? before : List.of());
      after.add(written());
      return after;
    }

    /** Returns whether the key is a list. */
    default boolean isOfList() {
      return this instanceof Append || this instanceof ListRead;
    }

    /**
     * Returns a read of a key that is absent.
     *
     * @param list whether the key is a list
     */
    static PointOp absent(String key, boolean list) {
      return list ? new ListRead(key, List.of()) : new RegisterRead(key, null);
    }
  }

  /** Appends a value to a list. */
  record Append(String key, long value) implements PointOp {}

  /** Reads a list; an absent list is empty. */
  record ListRead(String key, List<Long> values) implements PointOp {
    /** Copies the values. */
    public ListRead {
      values = List.copyOf(values);
    }
  }

  /** Overwrites a register. */
  record Write(String key, long value) implements PointOp {}

  /** Reads a register; null means absent. */
  record RegisterRead(String key, @Nullable Long value) implements PointOp {}

  /**
   * Deletes a register. A transaction deletes no key that it has written before.
   *
   * <p>A delete of a key that is absent changes nothing, so under Snapshot and Serializable it is
   * recorded as a read of absence. Under Read Committed it is recorded as a delete, since the key
   * may be present by the time of the commit.
   *
   * @param tombstone identifies the absence that it leaves, like the value of a write
   */
  record Delete(String key, long tombstone) implements PointOp {}

  /**
   * Reads the keys of a range. Every other key of the history in the range was absent.
   *
   * @param from the least key of the range
   * @param to the least key above the range
   * @param lists whether the keys in the range are lists
   * @param found the keys that were present, as reads
   */
  record RangeRead(String from, String to, boolean lists, List<PointOp> found) implements MicroOp {
    /** Copies the reads. */
    public RangeRead {
      found = List.copyOf(found);
    }

    @Override
    public boolean writes() {
      return false;
    }

    /** Returns the range. */
    public KeyRange range() {
      return KeyRange.closedOpen(from, to);
    }
  }
}
