package io.petacore.data;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys in unsigned byte order: {@code from ≤ key < to}, or without an upper
 * end. Immutable.
 */
public final class KeyRange {

  private static final KeyRange ALL = new KeyRange(Bytes.of((byte) 1), null);

  private final Bytes from;
  private final @Nullable Bytes to;

  private KeyRange(Bytes from, @Nullable Bytes to) {
    this.from = from;
    this.to = to;
  }

  /** Every key that an application may use: all but those that begin with {@code 0x00}. */
  public static KeyRange all() {
    return ALL;
  }

  /** Every key that begins with a prefix; with an empty one, every key there is. */
  public static KeyRange prefix(Bytes prefix) {
    return new KeyRange(prefix, prefix.prefixEnd());
  }

  /** Every key whose UTF-8 form begins with that of a string. */
  public static KeyRange prefix(String prefix) {
    return prefix(Bytes.utf8(prefix));
  }

  /**
   * The keys from one, included, to another, excluded; none if they are equal.
   *
   * @throws IllegalArgumentException if {@code from} is greater than {@code to}
   */
  public static KeyRange closedOpen(Bytes from, Bytes to) {
    if (from.compareTo(to) > 0) {
      throw new IllegalArgumentException("the range begins at " + from + ", after its end " + to);
    }
    return new KeyRange(from, to);
  }

  /** {@link #closedOpen(Bytes, Bytes)} of two strings in UTF-8. */
  public static KeyRange closedOpen(String from, String to) {
    return closedOpen(Bytes.utf8(from), Bytes.utf8(to));
  }

  /** The keys from one on, included. */
  public static KeyRange atLeast(Bytes from) {
    return new KeyRange(from, null);
  }

  /** One key. */
  public static KeyRange single(Bytes key) {
    return new KeyRange(key, key.successor());
  }

  /** One key, a string in UTF-8. */
  public static KeyRange single(String key) {
    return single(Bytes.utf8(key));
  }

  /** The least key that may be in the range. */
  public Bytes from() {
    return from;
  }

  /** The least key above the range; null where it has no upper end. */
  public @Nullable Bytes to() {
    return to;
  }

  /** Whether a key lies in the range. */
  public boolean contains(Bytes key) {
    return from.compareTo(key) <= 0 && (to == null || key.compareTo(to) < 0);
  }

  /** The part of the range from a key on; empty where all of it lies below. */
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
