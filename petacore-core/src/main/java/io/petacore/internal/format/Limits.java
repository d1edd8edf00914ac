package io.petacore.internal.format;

import io.petacore.data.Bytes;

/**
 * What a key and a value may be, checked at the call that gives them.
 *
 * @param maxValueBytes the greatest length of a value
 */
public record Limits(int maxValueBytes) {

  /** The greatest length of a key, in bytes. */
  public static final int MAX_KEY_BYTES = 4096;

  /** What a request needs besides a single largest value: keys, guards, commit record, framing. */
  private static final int RESERVED_BYTES = 16 * 1024;

  /** The limits that follow from the size of a request. */
  public static Limits forRequestsOf(int maxRequestBytes) {
    return new Limits(Math.max(1, maxRequestBytes - RESERVED_BYTES));
  }

  /**
   * Returns a key of the application.
   *
   * @throws IllegalArgumentException if it is empty, reserved or too long
   */
  public static Bytes requireKey(Bytes key) {
    int length = key.length();
    if (length == 0 || length > MAX_KEY_BYTES || key.byteAt(0) == 0) {
      throw refusal(key);
    }
    return key;
  }

  private static IllegalArgumentException refusal(Bytes key) {
    if (key.isEmpty()) {
      return new IllegalArgumentException("the key is empty");
    }
    if (ReservedKeys.isReserved(key)) {
      return new IllegalArgumentException(
          "the key " + key + " begins with a zero byte: those are PetaCore's own");
    }
    return new IllegalArgumentException(
        "the key " + key + " is longer than the limit of " + MAX_KEY_BYTES + " bytes");
  }

  /**
   * Returns a value of the application.
   *
   * @throws IllegalArgumentException if it is too long, or if key and value together would make the
   *     key a namespace of its own inside this one, which every later open would refuse
   */
  public Bytes requireValue(Bytes key, Bytes value) {
    if (ReservedKeys.isNestedFormat(key) && FormatRecord.isFormat(value)) {
      throw new IllegalArgumentException(
          "the key "
              + key
              + " with this value would be the format key of a namespace inside this one");
    }
    if (value.length() > maxValueBytes) {
      throw new IllegalArgumentException(
          "the value of "
              + key
              + " has "
              + value.length()
              + " bytes; the limit is "
              + maxValueBytes);
    }
    return value;
  }
}
