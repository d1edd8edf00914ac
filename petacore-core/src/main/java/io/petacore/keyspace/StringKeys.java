package io.petacore.keyspace;

import io.petacore.data.Bytes;

/** Strings in UTF-8: plain, or as an element. */
final class StringKeys implements KeyCodec<String> {

  static final KeyCodec<String> PLAIN = new StringKeys(false);
  static final KeyCodec<String> ELEMENT = new StringKeys(true);

  private static final int CODE = 0x02;

  private final boolean element;

  private StringKeys(boolean element) {
    this.element = element;
  }

  @Override
  public boolean isSelfDelimiting() {
    return element;
  }

  @Override
  public int size(String key) {
    int size = element ? 2 : 0; // the type code and the end
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c < 0x80) {
        size += element && c == 0 ? 2 : 1;
      } else if (c < 0x800) {
        size += 2;
      } else if (Character.isSurrogate(c)) {
        requirePair(key, i);
        i++;
        size += 4;
      } else {
        size += 3;
      }
    }
    return size;
  }

  private static void requirePair(String key, int i) {
    if (!Character.isHighSurrogate(key.charAt(i))
        || i + 1 == key.length()
        || !Character.isLowSurrogate(key.charAt(i + 1))) {
      throw new IllegalArgumentException(
          "the key has an unpaired surrogate at index " + i + " and thus no UTF-8 encoding");
    }
  }

  @Override
  @SuppressWarnings("deprecation") // of the copy, which is right for ASCII and the fastest one
  public int encode(String key, byte[] target, int offset) {
    if (!element && target.length - offset == key.length()) {
      key.getBytes(0, key.length(), target, offset);
      return target.length;
    }
    int at = offset;
    if (element) {
      target[at++] = CODE;
    }
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == 0 && element) {
        at = Escaped.put((byte) 0, target, at);
      } else if (c < 0x80) {
        target[at++] = (byte) c;
      } else {
        int codePoint = key.codePointAt(i);
        i += Character.charCount(codePoint) - 1;
        at = put(codePoint, target, at);
      }
    }
    return element ? Escaped.end(target, at) : at;
  }

  /** Writes a code point from U+0080 on. */
  private static int put(int codePoint, byte[] target, int offset) {
    int at = offset;
    if (codePoint < 0x800) {
      target[at++] = (byte) (0xc0 | (codePoint >> 6));
    } else {
      if (codePoint < 0x1_0000) {
        target[at++] = (byte) (0xe0 | (codePoint >> 12));
      } else {
        target[at++] = (byte) (0xf0 | (codePoint >> 18));
        target[at++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
      }
      target[at++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
    }
    target[at++] = (byte) (0x80 | (codePoint & 0x3f));
    return at;
  }

  @Override
  public String decode(KeyReader in) {
    Bytes text = element ? Bytes.wrap(Escaped.get(CODE, in, "a string")) : in.rest();
    if (!text.isUtf8()) {
      throw in.malformed("a string is not UTF-8");
    }
    return text.toUtf8();
  }

  @Override
  public String toString() {
    return element ? "string" : "utf8";
  }
}
