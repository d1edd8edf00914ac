package io.petacore.keyspace;

import io.petacore.data.Bytes;

/** Byte strings: plain, or as an element. */
final class BytesKeys implements KeyCodec<Bytes> {

  static final KeyCodec<Bytes> PLAIN = new BytesKeys(false);
  static final KeyCodec<Bytes> ELEMENT = new BytesKeys(true);

  private static final int CODE = 0x01;

  private final boolean element;

  private BytesKeys(boolean element) {
    this.element = element;
  }

  @Override
  public boolean isSelfDelimiting() {
    return element;
  }

  @Override
  public int size(Bytes key) {
    int size = key.length();
    if (element) {
      size += 2; // the type code and the end
      for (int i = 0; i < key.length(); i++) {
        size += key.byteAt(i) == 0 ? 1 : 0;
      }
    }
    return size;
  }

  @Override
  public int encode(Bytes key, byte[] target, int offset) {
    int at = offset;
    if (element) {
      target[at++] = CODE;
    }
    for (int i = 0; i < key.length(); i++) {
      if (element) {
        at = Escaped.put(key.byteAt(i), target, at);
      } else {
        target[at++] = key.byteAt(i);
      }
    }
    return element ? Escaped.end(target, at) : at;
  }

  @Override
  public Bytes decode(KeyReader in) {
    return element ? Bytes.wrap(Escaped.get(CODE, in, "a byte string")) : in.rest();
  }

  @Override
  public String toString() {
    return element ? "bytes" : "raw";
  }
}
