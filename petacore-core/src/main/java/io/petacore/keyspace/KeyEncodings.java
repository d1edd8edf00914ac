package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.internal.decoded.ScratchKeys;

/** Whole encodings of keys. */
final class KeyEncodings {

  private KeyEncodings() {}

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

  /** Writes the last bytes of a number in big-endian order, and returns where they end. */
  static int putBigEndian(long number, int bytes, byte[] target, int offset) {
    for (int i = 0; i < bytes; i++) {
      target[offset + i] = (byte) (number >>> (8 * (bytes - 1 - i)));
    }
    return offset + bytes;
  }
}
