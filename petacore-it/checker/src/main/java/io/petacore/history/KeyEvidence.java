package io.petacore.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a history tells about one key: who wrote which value, and who has seen what. */
final class KeyEvidence {

  /** The version before the first write: an absent register, an empty list. */
  static final long INITIAL = Long.MIN_VALUE;

  /**
   * A write of a value.
   *
   * @param last whether its transaction did not write the key again
   */
  record Write(int txn, boolean last) {}

  /**
   * A committed transaction's read.
   *
   * @param seen the list, or the register's value if there is one
   * @param external whether the transaction had not written the key before
   */
  record Read(int txn, List<Long> seen, boolean external) {
    /** Which version that is: named by the value that was written last. */
    long version() {
      return seen.isEmpty() ? INITIAL : seen.get(seen.size() - 1);
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
          "every value has to be written once, or nobody can tell whose it is: "
              + (value + " to " + key));
    }
  }

  void addRead(Read read) {
    reads.add(read);
  }

  /** By value, in the order in which the transactions began. */
  Map<Long, Write> writes() {
    return writes;
  }

  List<Read> reads() {
    return reads;
  }

  /** Who wrote a value; null for the initial version, and for what nobody wrote. */
  @Nullable Write writer(long value) {
    return writes.get(value);
  }
}
