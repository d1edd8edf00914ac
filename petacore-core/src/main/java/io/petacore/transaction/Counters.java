package io.petacore.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import org.jspecify.annotations.Nullable;

/** Counters: longs as decimal text, so that other programs and people can read and set them. */
final class Counters {

  /** Counting needs the check for conflicts. */
  static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);

  private Counters() {}

  static Bytes encode(long number) {
    return Bytes.utf8(Long.toString(number));
  }

  static long add(Bytes key, @Nullable Bytes value, long number) {
    long before = value == null ? 0 : decode(key, value);
    try {
      return Math.addExact(before, number);
    } catch (ArithmeticException overflow) {
      throw new ArithmeticException(
          "the counter " + key + " is " + before + "; with " + number + " it is no long any more");
    }
  }

  private static long decode(Bytes key, Bytes value) {
    try {
      if (value.isUtf8()) {
        return Long.parseLong(value.toUtf8());
      }
    } catch (NumberFormatException notDecimal) {
      throw notACounter(key, value);
    }
    throw notACounter(key, value);
  }

  private static ValueFormatException notACounter(Bytes key, Bytes value) {
    return new ValueFormatException(key, "decimal", value, "it is not a counter", null);
  }
}
