package io.petacore;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Random;

/**
 * A step of a random program. It does not depend on the ones before it, so any may be left out:
 * what can't be done, as there is no transaction to do it in, is passed over.
 *
 * @param view a place: for a transaction, a snapshot or an iterator
 * @param key a number of a key
 * @param other another one: the end of a range, or a value
 * @param limit how many
 */
record ProgramStep(Kind kind, int view, int key, int other, int limit) {

  /** What it does. */
  enum Kind {
    BEGIN_SNAPSHOT,
    BEGIN_READ_COMMITTED,
    COMMIT,
    ROLL_BACK,
    RUN_TRANSACTION,
    RUN_THAT_THROWS,
    WRITE,
    DELETE,
    DELETE_RANGE,
    READ,
    SCAN,
    SCAN_DESCENDING,
    COUNT,
    OPEN_ITERATOR,
    GO_ON_ITERATING,
    TAKE_SNAPSHOT,
    TAKE_SNAPSHOT_AT,
    CLOSE_SNAPSHOT,
    READ_NEWEST,
    EMPTY_KEY,
    RESERVED_KEY,
    LONG_KEY,
    LONG_VALUE,
    BAD_RANGE,
    NEGATIVE_LIMIT,
    USE_AFTER_END
  }

  static final int VIEWS = 4;
  private static final int KEYS = 12;

  static ProgramStep random(Random random) {
    Kind[] kinds = Kind.values();
    return new ProgramStep(
        kinds[random.nextInt(kinds.length)],
        random.nextInt(VIEWS),
        random.nextInt(KEYS),
        random.nextInt(KEYS),
        random.nextInt(6));
  }

  Bytes keyBytes() {
    return bytes(key);
  }

  Bytes value() {
    return other == 0 ? Bytes.EMPTY : Bytes.utf8("v" + other);
  }

  /** One with two ends, with one, a prefix, or all. */
  KeyRange range() {
    Bytes a = bytes(key);
    Bytes b = bytes(other);
    return switch (limit) {
      case 0 -> KeyRange.all();
      case 1 -> KeyRange.atLeast(a);
      case 2 -> KeyRange.prefix(a);
      default -> a.compareTo(b) <= 0 ? KeyRange.closedOpen(a, b) : KeyRange.closedOpen(b, a);
    };
  }

  /**
   * Keys that begin with each other, and one that is the greatest unsigned and the least signed.
   */
  private static Bytes bytes(int number) {
    return number == 0
        ? Bytes.of((byte) 0xff)
        : Bytes.utf8("k".repeat(1 + number / 4) + number % 4);
  }
}
