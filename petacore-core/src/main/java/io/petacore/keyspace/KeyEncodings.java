package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.KeyFormatException;
import io.petacore.internal.decoded.ScratchKeys;

/** Whole encodings of keys. */
final class KeyEncodings {

  /** No element begins with it; behind the end of a string it continues the string. */
  private static final Bytes ABOVE_ELEMENTS = Bytes.of((byte) 0xff);

  private KeyEncodings() {}

  /** Returns the range of the tuples whose encodings begin with those of some elements. */
  static KeyRange tuplesFrom(Bytes elements) {
    return KeyRange.closedOpen(elements, elements.concat(ABOVE_ELEMENTS));
  }

  static <K> Bytes of(KeyCodec<K> codec, K key) {
    return of(Bytes.EMPTY, codec, key);
  }

  static <K> Bytes of(Bytes prefix, KeyCodec<K> codec, K key) {
    byte[] encoding = new byte[prefix.length() + codec.size(key)];
    encode(prefix, codec, key, encoding);
    return Bytes.wrap(encoding);
  }

  /** Fills an array with the prefix and the encoding of the key. */
  static <K> void encode(Bytes prefix, KeyCodec<K> codec, K key, byte[] target) {
    int from = prefix.length();
    System.arraycopy(ScratchKeys.array(prefix), 0, target, 0, from);
    int end = codec.encode(key, target, from);
    if (end != target.length) {
      throw new IllegalStateException(
          codec + " wrote " + (end - from) + " bytes of a key of size " + (target.length - from));
    }
  }

  /** Decodes the whole of a key after the prefix. */
  static <K> K decode(Bytes prefix, KeyCodec<K> codec, Bytes key) {
    if (!key.startsWith(prefix)) {
      throw new KeyFormatException(key, "it does not begin with " + prefix);
    }
    KeyReader in = new KeyReader(key, prefix.length());
    K decoded = codec.decode(in);
    if (in.remaining() > 0) {
      throw in.malformed(in.remaining() + " bytes are left after " + codec);
    }
    return decoded;
  }

  /** Writes the last bytes of a number in big-endian order, and returns where they end. */
  static int putBigEndian(long number, int bytes, byte[] target, int offset) {
    for (int i = 0; i < bytes; i++) {
      target[offset + i] = (byte) (number >>> (8 * (bytes - 1 - i)));
    }
    return offset + bytes;
  }
}
