package io.petacore.data;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys in unsigned byte order: {@code from ≤ key < to}, or unbounded above.
 * Immutable.
 */
public final class KeyRange {

  private static final KeyRange ALL = new KeyRange(Bytes.of((byte) 1), null);

  private final Bytes from;
  private final @Nullable Bytes to;

  private KeyRange(Bytes from, @Nullable Bytes to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Returns the range of all keys that an application may use: those not starting with {@code
   * 0x00}.
   *
   * @return the range from {@code 0x01} on, unbounded above
   */
  public static KeyRange all() {
    return ALL;
  }

  /**
   * Returns the range of the keys that start with a prefix.
   *
   * @param prefix empty for all keys, reserved ones included
   * @return the range; unbounded above if every byte of the prefix is {@code 0xff}
   */
  public static KeyRange prefix(Bytes prefix) {
    return new KeyRange(prefix, prefix.prefixEnd());
  }

  /**
   * Returns the range of the keys that start with the UTF-8 encoding of a string.
   *
   * @param prefix empty for all keys, reserved ones included
   * @return the range, unbounded above only for an empty prefix
   * @throws IllegalArgumentException if the string contains an unpaired surrogate
   */
  public static KeyRange prefix(String prefix) {
    return prefix(Bytes.utf8(prefix));
  }

  /**
   * Returns the range from {@code from}, inclusive, to {@code to}, exclusive; empty if they are
   * equal.
   *
   * @param from the least key
   * @param to the least key above the range
   * @return the range, bounded above
   * @throws IllegalArgumentException if {@code from} is greater than {@code to}
   */
  public static KeyRange closedOpen(Bytes from, Bytes to) {
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException("the range starts at " + from + ", after its end " + to);
    }
    return new KeyRange(from, to);
  }

  /**
   * Same as {@link #closedOpen(Bytes, Bytes)} for strings, encoded in UTF-8.
   *
   * @param from the least key
   * @param to the least key above the range
   * @return the range, bounded above
   * @throws IllegalArgumentException if {@code from} is greater than {@code to} in UTF-8, or if one
   *     of them contains an unpaired surrogate
   */
  public static KeyRange closedOpen(String from, String to) {
    return closedOpen(Bytes.utf8(from), Bytes.utf8(to));
  }

  /**
   * Returns the range of the keys from {@code from} on, inclusive.
   *
   * @param from the least key; may be empty
   * @return the range, unbounded above
   */
  public static KeyRange atLeast(Bytes from) {
    return new KeyRange(Objects.requireNonNull(from, "from"), null);
  }

  /**
   * Returns the range that contains a single key.
   *
   * @param key the only key
   * @return the range from the key to its {@linkplain Bytes#successor() successor}
   */
  public static KeyRange single(Bytes key) {
    return new KeyRange(key, key.successor());
  }

  /**
   * Returns the range that contains a single key, encoded in UTF-8.
   *
   * @param key the only key
   * @return the range from the key to its {@linkplain Bytes#successor() successor}
   * @throws IllegalArgumentException if the string contains an unpaired surrogate
   */
  public static KeyRange single(String key) {
    return single(Bytes.utf8(key));
  }

  /** {@return the inclusive lower bound; empty if the range is unbounded below} */
  public Bytes from() {
    return from;
  }

  /** {@return the exclusive upper bound; null if the range is unbounded above} */
  public @Nullable Bytes to() {
    return to;
  }

  /**
   * Returns whether the range contains a key.
   *
   * @param key any byte string
   * @return true if it is within the bounds
   */
  public boolean contains(Bytes key) {
    return from.compareTo(key) <= 0 && (to == null || key.compareTo(to) < 0);
  }

  /**
   * Returns the keys that are in this range and in another one.
   *
   * @param other a range
   * @return the common range; an empty one if there is no common key
   */
  public KeyRange intersect(KeyRange other) {
    Bytes lower = from.compareTo(other.from) >= 0 ? from : other.from;
    Bytes upper = other.to == null || (to != null && to.compareTo(other.to) <= 0) ? to : other.to;
    return new KeyRange(upper != null && lower.compareTo(upper) > 0 ? upper : lower, upper);
  }

  /**
   * Returns the part of the range from a key on.
   *
   * @param key the least key to keep; may lie outside the range
   * @return this range if it starts at or above the key; an empty one if it ends at or below it
   */
  public KeyRange startingAt(Bytes key) {
    if (from.compareTo(key) >= 0) {
      return this;
    }
    return to != null && to.compareTo(key) < 0 ? new KeyRange(to, to) : new KeyRange(key, to);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyRange that && from.equals(that.from) && Objects.equals(to, that.to);
  }

  @Override
  public int hashCode() {
    return 31 * from.hashCode() + Objects.hashCode(to);
  }

  @Override
  public String toString() {
    return "[" + from + ", " + (to == null ? "∞" : to) + ")";
  }
}
