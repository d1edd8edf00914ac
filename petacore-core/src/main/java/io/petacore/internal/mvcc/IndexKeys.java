package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/**
 * The position of an entry in a secondary index: its index key, self-delimiting, then its own key.
 *
 * <p>Zero bytes of the index key become {@code 00 ff}, and {@code 00 00} ends it. Positions
 * therefore sort by index key, those of the same index key by key: the end sorts before everything
 * by which another index key could continue, an escaped zero included.
 */
public final class IndexKeys {

  private static final byte ESCAPED = (byte) 0xff;
  private static final int END = 2; // bytes

  private IndexKeys() {}

  /** Returns the position of an entry. */
  public static Bytes position(Bytes indexKey, Bytes key) {
    byte[] from = BytesArray.of(indexKey);
    byte[] own = BytesArray.of(key);
    int length = escapedLength(from);
    byte[] position = new byte[length + END + own.length];
    escape(from, position);
    System.arraycopy(own, 0, position, length + END, own.length);
    return Bytes.wrap(position);
  }

  /** Returns the range of the positions whose index keys are in a range. */
  public static KeyRange positions(KeyRange indexKeys) {
    // An escaped index key without its end sorts directly before all positions of that key.
    Bytes to = indexKeys.to();
    Bytes from = escaped(indexKeys.from());
    return to == null ? KeyRange.atLeast(from) : KeyRange.closedOpen(from, escaped(to));
  }

  /** Whether a position is that of an index key and a key. */
  static boolean isPosition(Bytes position, Bytes indexKey, Bytes key) {
    byte[] at = BytesArray.of(position);
    byte[] from = BytesArray.of(indexKey);
    int length = at.length - END - key.length(); // the key is that of the same entry anyway
    int i = 0;
    for (byte b : from) {
      if (i >= length || at[i++] != b || (b == 0 && (i >= length || at[i++] != ESCAPED))) {
        return false;
      }
    }
    return i == length;
  }

  /** Whether two positions, of entries with the given keys, have the same index key. */
  static boolean haveSameIndexKey(Bytes position, Bytes key, Bytes other, Bytes otherKey) {
    int length = position.length() - key.length();
    return length == other.length() - otherKey.length()
        && position.commonPrefixLength(other) >= length;
  }

  /** The range of the positions with the same index key as that of an entry. */
  static KeyRange sameIndexKey(Bytes position, Bytes key) {
    return KeyRange.prefix(position.prefixOf(position.length() - key.length()));
  }

  private static Bytes escaped(Bytes indexKey) {
    byte[] from = BytesArray.of(indexKey);
    int length = escapedLength(from);
    if (length == from.length) {
      return indexKey;
    }
    byte[] into = new byte[length];
    escape(from, into);
    return Bytes.wrap(into);
  }

  private static int escapedLength(byte[] bytes) {
    int length = bytes.length;
    for (byte b : bytes) {
      length += b == 0 ? 1 : 0;
    }
    return length;
  }

  private static void escape(byte[] from, byte[] into) {
    int at = 0;
    for (byte b : from) {
      into[at++] = b;
      if (b == 0) {
        into[at++] = ESCAPED;
      }
    }
  }
}
