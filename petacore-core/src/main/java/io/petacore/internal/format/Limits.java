package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.Objects;

/**
 * The limits on keys and values, checked when the application passes them.
 *
 * @param maxValueBytes the maximum length of a value, in bytes
 */
public record Limits(int maxValueBytes) {

  /**
   * The maximum length of a key that PetaCore creates, in bytes. Longer keys written by other
   * programs can be read, overwritten and deleted.
   */
  public static final int MAX_KEY_BYTES = 4096;

  /** The bytes of a request besides its largest value: keys, guards, commit record, framing. */
  private static final int RESERVED_BYTES = 16 * 1024;

  /** Returns the limits for a maximum request size, in bytes. */
  public static Limits forRequestsOf(int maxRequestBytes) {
    return new Limits(Math.max(1, maxRequestBytes - RESERVED_BYTES));
  }

  /**
   * Checks a key of the application; its length is not limited here.
   *
   * @return the key
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it is empty or reserved
   */
  public static Bytes requireKey(Bytes key) {
    Objects.requireNonNull(key, "key");
    if (key.length() == 0 || key.byteAt(0) == 0) {
      throw refusal(key);
    }
    return key;
  }

  /** Whether a key is too long to be created. */
  public static boolean isTooLong(Bytes key) {
    return key.length() > MAX_KEY_BYTES;
  }

  /** Creates the exception for a key that is too long to be created. */
  public static IllegalArgumentException tooLong(Bytes key) {
    return new IllegalArgumentException(
        "the key " + key + " is longer than the limit of " + MAX_KEY_BYTES + " bytes");
  }

  private static IllegalArgumentException refusal(Bytes key) {
    if (key.isEmpty()) {
      return new IllegalArgumentException("the key is empty");
    }
    return new IllegalArgumentException(
        "the key " + key + " begins with a zero byte, which is reserved for PetaCore");
  }

  /**
   * Checks a value of the application.
   *
   * @return the value
   * @throws IllegalArgumentException if it is too long, or if the key with this value would be the
   *     format key of a nested namespace, which would prevent this namespace from being opened
   *     again
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
