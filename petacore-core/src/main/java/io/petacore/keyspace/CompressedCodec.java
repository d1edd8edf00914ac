package io.petacore.keyspace;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compresses what another codec writes. A value is a header byte, and then either the encoding
 * itself, or its length in four bytes and the compressed encoding.
 */
final class CompressedCodec<V> implements Codec<V>, Decoding.Wrapper<V> {

  static final int DEFAULT_MAX_BYTES = 16 << 20;

  private static final int OVERHEAD = 1 + Integer.BYTES;

  private final Codec<V> codec;
  private final int maxBytes;
  private final Compression compression;
  private final List<Compression> readable = new ArrayList<>();

  CompressedCodec(Codec<V> codec, int maxBytes, Compression compression, Compression... alsoRead) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be positive: " + maxBytes);
    }
    this.codec = requireNonNull(codec, "codec");
    this.maxBytes = maxBytes;
    this.compression = requireNonNull(compression, "compression");
    readable.add(compression);
    readable.addAll(List.of(alsoRead));
  }

  @Override
  public Bytes encode(Bytes key, V value) {
    byte[] plain = codec.encode(key, value).toByteArray();
    if (plain.length > maxBytes) {
      throw new IllegalArgumentException(
          "the value of " + key + " has " + plain.length + " bytes; maxBytes is " + maxBytes);
    }
    // Shorter values don't gain.
    byte[] compressed = plain.length <= OVERHEAD ? plain : compression.compress(plain);
    if (OVERHEAD + compressed.length < 1 + plain.length) {
      return Bytes.wrap(
          ByteBuffer.allocate(OVERHEAD + compressed.length)
              .put((byte) compression.header())
              .putInt(plain.length)
              .put(compressed)
              .array());
    }
    return Bytes.wrap(
        ByteBuffer.allocate(1 + plain.length).put((byte) ValueHeaders.PLAIN).put(plain).array());
  }

  @Override
  public V decode(Bytes key, Bytes value) {
    return Decoding.<V>decode(this, key, value).value();
  }

  @Override
  public Bytes unwrap(Bytes key, Bytes value) {
    if (value.isEmpty()) {
      return value;
    }
    int header = value.byteAt(0) & 0xff;
    if (header == ValueHeaders.PLAIN) {
      return value.substring(1);
    }
    Compression used = compressionOf(header);
    if (used != null) {
      return decompress(key, value, used);
    }
    if (header == ValueHeaders.DEFLATE || header == ValueHeaders.ZSTD) {
      throw malformed(key, value, "it is " + ValueHeaders.meaning(header), null);
    }
    return value; // written before there was compression
  }

  private @Nullable Compression compressionOf(int header) {
    for (Compression one : readable) {
      if (one.header() == header) {
        return one;
      }
    }
    return null;
  }

  private Bytes decompress(Bytes key, Bytes value, Compression used) {
    if (value.length() < OVERHEAD) {
      throw malformed(key, value, "it ends in its header", null);
    }
    int size = sizeOf(value);
    if (size < 0 || size > maxBytes) {
      throw malformed(
          key, value, "it claims " + (size & 0xffff_ffffL) + " bytes, over " + maxBytes, null);
    }
    try {
      byte[] plain = used.decompress(value.toByteArray(), OVERHEAD, size);
      if (plain.length != size) {
        throw malformed(key, value, "it has " + plain.length + " bytes, not " + size, null);
      }
      return Bytes.wrap(plain);
    } catch (ValueFormatException malformed) {
      throw malformed;
    } catch (RuntimeException refused) {
      throw malformed(key, value, used + ": " + refused.getMessage(), refused);
    }
  }

  private static int sizeOf(Bytes value) {
    return value.asReadOnlyByteBuffer().getInt(1);
  }

  private ValueFormatException malformed(
      Bytes key, Bytes value, String reason, @Nullable Throwable cause) {
    return new ValueFormatException(key, toString(), value, reason, cause);
  }

  @Override
  public Decoder<V> inner(Bytes key, Bytes value) {
    return codec;
  }

  @Override
  public boolean isSecret() {
    return false;
  }

  @Override
  public boolean dependsOnKey() {
    return codec.dependsOnKey();
  }

  @Override
  public long estimatedBytes(Bytes value) {
    boolean compressed =
        value.length() >= OVERHEAD && compressionOf(value.byteAt(0) & 0xff) != null;
    return 4L * (compressed ? Math.max(0, sizeOf(value)) : value.length());
  }

  @Override
  public String toString() {
    return compression + "(" + codec + ")";
  }
}
