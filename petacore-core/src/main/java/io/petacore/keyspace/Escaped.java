package io.petacore.keyspace;

import java.io.ByteArrayOutputStream;

/**
 * Content of any length in an element: a type code, the bytes, a zero byte. A zero byte in the
 * content is followed by 0xff, which no element begins with, so that its end is clear, and a prefix
 * sorts before what it is a prefix of.
 */
final class Escaped {

  private static final byte END = 0;
  private static final byte ESCAPE = (byte) 0xff;

  private Escaped() {}

  static int put(byte content, byte[] target, int offset) {
    target[offset] = content;
    if (content != END) {
      return offset + 1;
    }
    target[offset + 1] = ESCAPE;
    return offset + 2;
  }

  static int end(byte[] target, int offset) {
    target[offset] = END;
    return offset + 1;
  }

  /** Reads the content after a type code, which is checked. */
  static byte[] get(int code, KeyReader in, String type) {
    int found = in.next();
    if (found != code) {
      throw in.malformed("0x" + Integer.toHexString(found) + " is not the type code of " + type);
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (true) {
      int next = in.next();
      if (next == END) {
        if (!in.skip(ESCAPE)) {
          return content.toByteArray();
        }
      }
      content.write(next);
    }
  }
}
