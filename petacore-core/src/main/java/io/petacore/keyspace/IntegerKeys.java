package io.petacore.keyspace;

import java.util.function.Function;

/**
 * Integers, encoded as in FoundationDB's tuple layer: the type code is 0x14 plus the number of
 * bytes of the magnitude, or minus it for a negative number, whose magnitude is complemented. So
 * longer numbers are greater, longer negative ones less, and zero stands between.
 */
final class IntegerKeys<K extends Number> implements KeyCodec<K> {

  static final KeyCodec<Integer> INT =
      new IntegerKeys<>("int32", Integer.MIN_VALUE, Integer.MAX_VALUE, Long::intValue);
  static final KeyCodec<Long> LONG =
      new IntegerKeys<>("int64", Long.MIN_VALUE, Long.MAX_VALUE, number -> number);

  private static final int ZERO = 0x14;

  private final String name;
  private final long min;
  private final long max;
  private final Function<Long, K> narrow;

  private IntegerKeys(String name, long min, long max, Function<Long, K> narrow) {
    this.name = name;
    this.min = min;
    this.max = max;
    this.narrow = narrow;
  }

  /** The number of bytes of a magnitude, which is an unsigned number. */
  private static int length(long magnitude) {
    return 8 - Long.numberOfLeadingZeros(magnitude) / 8;
  }

  static int sizeOf(long number) {
    return 1 + length(number < 0 ? -number : number);
  }

  static int put(long number, byte[] target, int offset) {
    long magnitude = number < 0 ? -number : number; // unsigned: right for the least long, too
    int length = length(magnitude);
    target[offset] = (byte) (number < 0 ? ZERO - length : ZERO + length);
    long content = number < 0 ? ~magnitude : magnitude;
    return KeyEncodings.putBigEndian(content, length, target, offset + 1);
  }

  static long get(KeyReader in) {
    int code = in.next();
    int length = Math.abs(code - ZERO);
    if (length > 8) {
      throw in.malformed("0x" + Integer.toHexString(code) + " is not the type code of an integer");
    }
    boolean negative = code < ZERO;
    long content = in.next(length);
    long magnitude = negative ? ~content & (-1L >>> (64 - 8 * length)) : content;
    if (length(magnitude) != length) {
      throw in.malformed("an integer has leading zeros");
    }
    if (magnitude < 0 && !(negative && magnitude == Long.MIN_VALUE)) {
      throw in.malformed("an integer has more than 64 bits");
    }
    return negative ? -magnitude : magnitude;
  }

  @Override
  public int size(K key) {
    return sizeOf(key.longValue());
  }

  @Override
  public int encode(K key, byte[] target, int offset) {
    return put(key.longValue(), target, offset);
  }

  @Override
  public K decode(KeyReader in) {
    long number = get(in);
    if (number < min || number > max) {
      throw in.malformed(number + " is not an " + name);
    }
    return narrow.apply(number);
  }

  @Override
  public String toString() {
    return name;
  }
}
