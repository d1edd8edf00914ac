package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.decoded.DecodingView;
import io.petacore.internal.decoded.ScratchKeys;
import org.jspecify.annotations.Nullable;

/** Decodes the values of a keyspace, or finds what was decoded before. */
final class ValueReader<V> {

  private final Codec<V> codec;
  private final boolean dependsOnKey;

  ValueReader(Codec<V> codec) {
    this.codec = codec;
    this.dependsOnKey = codec.dependsOnKey();
  }

  /**
   * Reads a value by a key that is encoded into a scratch array, so that nothing is allocated if
   * the value is kept decoded. Releases the scratch array.
   */
  <K> @Nullable V read(
      DecodingView view, ScratchKeys scratch, Bytes prefix, KeyCodec<K> keyCodec, K key) {
    Bytes encoded;
    Bytes value;
    try {
      Bytes once = scratch.ofLength(prefix.length() + keyCodec.size(key));
      KeyEncodings.encode(prefix, keyCodec, key, ScratchKeys.array(once));
      value = view.readScratch(once);
      if (value == null) {
        return null;
      }
      V known = find(view, once, value);
      if (known != null) {
        return known;
      }
      encoded = Bytes.of(ScratchKeys.array(once));
    } finally {
      scratch.release();
    }
    return decode(view, encoded, value);
  }

  /** Returns what was decoded from a value before; null if it is not kept. */
  @SuppressWarnings("unchecked") // an object that was kept for the codec is one of its values
  @Nullable V find(DecodingView view, Bytes key, Bytes value) {
    return (V) view.decodedValues().find(codec, dependsOnKey, key, value);
  }

  /**
   * Decodes a value, or returns what was decoded before.
   *
   * @param view whose storage keeps it; null to keep nothing
   * @param key kept with the value
   */
  V decode(@Nullable DecodingView view, Bytes key, Bytes value) {
    if (view == null) {
      return Decoding.<V>decode(codec, key, value).value();
    }
    V known = find(view, key, value);
    if (known != null) {
      return known;
    }
    DecodedValues values = view.decodedValues();
    Decoding.Decoded<V> decoded = Decoding.decode(codec, key, value);
    values.keep(codec, key, value, decoded.value(), decoded.bytes());
    return decoded.value();
  }

  /** Decodes a value without keeping it; null for null. */
  @Nullable V decodeOrNull(Bytes key, @Nullable Bytes value) {
    return value == null ? null : decode(null, key, value);
  }
}
