package io.petacore.internal.format;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;

/**
 * The key prefix that a storage owns in the store, and the conversion between the store's keys and
 * those of the application. Immutable.
 */
public final class Namespace {

  private final Bytes prefix;

  private Namespace(Bytes prefix) {
    this.prefix = prefix;
  }

  /**
   * Returns the namespace with a name.
   *
   * @throws IllegalArgumentException unless the name is empty or ends in a delimiter: without one,
   *     {@code shop} would contain the keys of {@code shop2}
   */
  public static Namespace of(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a namespace may not contain the character U+0000");
    }
    if (!name.isEmpty() && !isDelimiter(name.charAt(name.length() - 1))) {
      throw new IllegalArgumentException(
          "the namespace '" + name + "' must end in a delimiter, for example '" + name + "/'");
    }
    return new Namespace(Bytes.utf8(name));
  }

  /** Whether bytes are a non-empty name that {@link #of} accepts. */
  static boolean isName(Bytes name) {
    if (name.isEmpty() || !isDelimiter(name.byteAt(name.length() - 1)) || !name.isUtf8()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.byteAt(i) == 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDelimiter(int c) {
    return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
  }

  /** The prefix of all keys of the namespace in the store. */
  public Bytes prefix() {
    return prefix;
  }

  /** The range of all keys of the namespace in the store, reserved keys included. */
  public KeyRange range() {
    return KeyRange.prefix(prefix);
  }

  /** Converts a key of the application, or a reserved key, to the key in the store. */
  public Bytes toStore(Bytes key) {
    return prefix.concat(key);
  }

  /**
   * Converts a range of keys to the range in the store; unbounded above, to the namespace's end.
   */
  public KeyRange toStore(KeyRange range) {
    Bytes to = range.to();
    Bytes from = prefix.concat(range.from());
    return to == null ? range().startingAt(from) : KeyRange.closedOpen(from, prefix.concat(to));
  }

  /** Removes the prefix from a key of the store, which must be in the namespace. */
  public Bytes fromStore(Bytes storeKey) {
    return storeKey.substring(prefix.length());
  }

  /** Whether a key of the store, which must be in the namespace, is reserved. */
  public boolean isReserved(Bytes storeKey) {
    return storeKey.length() > prefix.length() && storeKey.byteAt(prefix.length()) == 0;
  }

  /** Returns all namespaces that would contain this one. */
  public List<Namespace> enclosing() {
    List<Namespace> enclosing = new ArrayList<>();
    for (int length = 0; length < prefix.length(); length++) {
      if (length == 0 || isDelimiter(prefix.byteAt(length - 1))) {
        enclosing.add(new Namespace(prefix.prefixOf(length)));
      }
    }
    return enclosing;
  }

  @Override
  public String toString() {
    return prefix.toString();
  }
}
