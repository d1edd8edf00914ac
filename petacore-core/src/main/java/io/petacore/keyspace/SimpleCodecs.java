package io.petacore.keyspace;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Codecs that look at nothing but the value. */
record SimpleCodecs<V>(String name, Function<V, Bytes> encoder, Function<Bytes, V> decoder)
    implements Codec<V> {

  static final Codec<Bytes> BYTES =
      new SimpleCodecs<>("bytes", Function.identity(), Function.identity());
  static final Codec<String> UTF8 = new SimpleCodecs<>("utf8", Bytes::utf8, SimpleCodecs::text);
  static final Codec<Long> INT64 =
      new SimpleCodecs<>("int64", SimpleCodecs::bigEndian, SimpleCodecs::fromBigEndian);
  static final Codec<Long> DECIMAL =
      new SimpleCodecs<>(
          "decimal", number -> Bytes.utf8(Long.toString(number)), SimpleCodecs::fromDecimal);

  private static String text(Bytes value) {
    if (!value.isUtf8()) {
      throw new IllegalArgumentException("it is not UTF-8");
    }
    return value.toUtf8();
  }

  private static Bytes bigEndian(long number) {
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  private static long fromBigEndian(Bytes value) {
    if (value.length() != Long.BYTES) {
      throw new IllegalArgumentException("it is not 8 bytes long");
    }
    return value.asReadOnlyByteBuffer().getLong();
  }

  private static long fromDecimal(Bytes value) {
    return Long.parseLong(text(value));
  }

  @Override
  public Bytes encode(Bytes key, V value) {
    return encoder.apply(value);
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    try {
      return decoder.apply(value);
    } catch (IllegalArgumentException malformed) {
      throw new ValueFormatException(
          key, name, value, String.valueOf(malformed.getMessage()), null);
    }
  }

  @Override
  public boolean dependsOnKey() {
    return false;
  }

  @Override
  public String toString() {
    return name;
  }
}
