package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decodes values through their wrappers: what a decoder throws becomes an exception of values. */
final class Decoding {

  private Decoding() {}

  /** A codec that stores the encodings of others in another form. */
  interface Wrapper<V> {
    /** Returns what the inner codec has written. */
    Bytes unwrap(Bytes key, Bytes value);

    /** The codec that has written it. */
    Decoder<? extends V> inner(Bytes key, Bytes value);

    /** Whether messages must not show it. */
    boolean isSecret();
  }

  /**
   * A decoded value.
   *
   * @param bytes its estimated heap footprint, in bytes
   */
  record Decoded<V>(V value, long bytes) {}

  static <V> Decoded<V> decode(Decoder<? extends V> codec, Bytes key, Bytes value) {
    Decoder<? extends V> inner = codec;
    Bytes unwrapped = value;
    boolean secret = false;
    try {
      while (inner instanceof Wrapper<?>) {
        @SuppressWarnings("unchecked") // a wrapper decodes the values that it wraps
        Wrapper<? extends V> wrapper = (Wrapper<? extends V>) inner;
        Bytes before = unwrapped;
        unwrapped = wrapper.unwrap(key, before);
        inner = wrapper.inner(key, before);
        secret |= wrapper.isSecret();
      }
      Bytes plain = unwrapped;
      Decoder<? extends V> decoder = inner;
      V decoded = refusing(codec, key, value, () -> decoder.decode(key, plain));
      return new Decoded<>(decoded, decoder.estimatedBytes(plain));
    } catch (ValueFormatException malformed) {
      throw secret
          ? new ValueFormatException(
              key, codec.toString(), value, "its content, which is secret, is malformed", null)
          : malformed;
    }
  }

  /** Calls application code; reports what it throws, and null, as a malformed value. */
  static <V> V refusing(
      Decoder<?> codec, Bytes key, Bytes value, Supplier<? extends @Nullable V> decoder) {
    @Nullable V decoded;
    try {
      decoded = decoder.get();
    } catch (ValueFormatException malformed) {
      throw malformed;
    } catch (RuntimeException | StackOverflowError refused) {
      throw new ValueFormatException(
          key, codec.toString(), value, "it is refused: " + refused, refused);
    }
    if (decoded == null) {
      throw new ValueFormatException(key, codec.toString(), value, "it decodes to null", null);
    }
    return decoded;
  }
}
