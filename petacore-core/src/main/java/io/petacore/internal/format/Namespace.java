package io.petacore.internal.format;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;

/**
 * The key prefix that one storage owns in the store, and the way between the keys of the store and
 * those of the application. Immutable.
 */
public final class Namespace {

  private final Bytes prefix;

  private Namespace(Bytes prefix) {
    this.prefix = prefix;
  }

  /**
   * The namespace with a name.
   *
   * @throws IllegalArgumentException unless it is empty or ends in a delimiter: without one, {@code
   *     shop} would take in the keys of {@code shop2}
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

  /** Whether bytes are a name that {@link #of} accepts, other than the empty one. */
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

  /** The prefix of all its keys in the store. */
  public Bytes prefix() {
    return prefix;
  }

  /** The range of all its keys in the store, PetaCore's own included. */
  public KeyRange range() {
    return KeyRange.prefix(prefix);
  }

  /** The key in the store for a key of the application, or one of PetaCore's own. */
  public Bytes toStore(Bytes key) {
    return prefix.concat(key);
  }

  /** The key without the namespace; the argument must lie in it. */
  public Bytes fromStore(Bytes storeKey) {
    return storeKey.substring(prefix.length());
  }

  /** Whether a key of the store, which lies in the namespace, is one of PetaCore's own. */
  public boolean isReserved(Bytes storeKey) {
    return storeKey.length() > prefix.length() && storeKey.byteAt(prefix.length()) == 0;
  }

  /** Every namespace that would contain this one. */
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
