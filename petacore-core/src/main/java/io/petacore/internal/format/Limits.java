package io.petacore.internal.format;

import io.petacore.data.Bytes;
import java.util.Objects;

/**
 * What a key and a value may be, checked at the call that gives them.
 *
 * @param maxValueBytes the greatest length of a value
 */
public record Limits(int maxValueBytes) {

  /**
   * The greatest length of a key that PetaCore creates, in bytes. Other programs may have written
   * longer ones, which can be read, overwritten and deleted.
   */
  public static final int MAX_KEY_BYTES = 4096;

  /** What a request needs besides a single largest value: keys, guards, commit record, framing. */
  private static final int RESERVED_BYTES = 16 * 1024;

  /** The limits that follow from the size of a request. */
  public static Limits forRequestsOf(int maxRequestBytes) {
    return new Limits(Math.max(1, maxRequestBytes - RESERVED_BYTES));
  }

  /**
   * Returns a key of the application, of any length.
   *
   * @throws NullPointerException if it is null, with its name
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

  /** What is thrown for a key that is too long to be created. */
  public static IllegalArgumentException tooLong(Bytes key) {
    return new IllegalArgumentException(
        "the key " + key + " is longer than the limit of " + MAX_KEY_BYTES + " bytes");
  }

  private static IllegalArgumentException refusal(Bytes key) {
    if (key.isEmpty()) {
      return new IllegalArgumentException("the key is empty");
    }
    return new IllegalArgumentException(
        "the key " + key + " begins with a zero byte: those are PetaCore's own");
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
