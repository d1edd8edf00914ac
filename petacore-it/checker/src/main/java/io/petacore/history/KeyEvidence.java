package io.petacore.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The writes and reads of one key in a history. */
final class KeyEvidence {

  /** The version before the first write: an absent register, an empty list. */
  static final long INITIAL = Long.MIN_VALUE;

  /**
   * A write of a value.
   *
   * @param last whether this is the last write of the key by its transaction
   * @param delete whether it leaves the key absent
   */
  record Write(int txn, boolean last, boolean delete) {}

  /**
   * A read by a committed transaction.
   *
   * @param seen the elements of the list, or the value of the register if it is present
   * @param external whether the transaction had not written the key before this read
   * @param predicate whether a read of a range shows that the key was absent
   * @param versions the versions that it may have read, each identified by the value written last;
   *     several only if the key was absent and had been deleted
   */
  record Read(int txn, List<Long> seen, boolean external, boolean predicate, List<Long> versions) {

    /** Returns the version read; null if it may be one of several. */
    @Nullable Long version() {
      return versions.size() == 1 ? versions.get(0) : null;
    }

    Read of(List<Long> possible) {
      return new Read(txn, seen, external, predicate, possible);
    }
  }

  private final String key;
  private final boolean list;
  private final Map<Long, Write> writes = new LinkedHashMap<>();
  private final List<Read> reads = new ArrayList<>();

  KeyEvidence(String key, boolean list) {
    this.key = key;
    this.list = list;
  }

  String key() {
    return key;
  }

  boolean isList() {
    return list;
  }

  void addWrite(long value, Write write) {
    if (value == INITIAL || writes.put(value, write) != null) {
      throw new IllegalArgumentException(
          "every value has to be written once, or its writer is ambiguous: "
              + (value + " to " + key));
    }
  }

  void addRead(int txn, List<Long> seen, boolean external, boolean predicate) {
    long version = seen.isEmpty() ? INITIAL : seen.get(seen.size() - 1);
    reads.add(new Read(txn, seen, external, predicate, List.of(version)));
  }

  void replaceReads(UnaryOperator<Read> replacement) {
    reads.replaceAll(replacement);
  }

  /** Returns the writes by value, in the order in which the transactions began. */
  Map<Long, Write> writes() {
    return writes;
  }

  List<Read> reads() {
    return reads;
  }

  /**
   * Returns the write of a value, or null for the initial version and for a value that was never
   * written.
   */
  @Nullable Write writer(long value) {
    return writes.get(value);
  }

  /** Returns whether a version is an absence that a delete left. */
  boolean isDeleted(long version) {
    Write write = writer(version);
    return write != null && write.delete();
  }
}
