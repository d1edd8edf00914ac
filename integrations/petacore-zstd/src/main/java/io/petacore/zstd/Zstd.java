package io.petacore.zstd;

import io.petacore.keyspace.Codec;
import io.petacore.keyspace.Compression;

/** Compression with Zstandard, by zstd-jni: faster than deflate, and smaller. */
public final class Zstd {

  private static final int DEFAULT_MAX_BYTES = 16 << 20;

  private Zstd() {}

  /**
   * Compresses values where that makes them smaller; up to 16 MiB each. Values that were compressed
   * with deflate are refused; to read them as well, see {@link Codec#compressed(Codec, int,
   * Compression, Compression...)}.
   *
   * @param <V> the values
   * @param codec encodes the values
   * @return the codec
   */
  public static <V> Codec<V> compressed(Codec<V> codec) {
    return Codec.compressed(codec, DEFAULT_MAX_BYTES, compression());
  }

  /**
   * Returns the compression at the default level.
   *
   * @return the compression
   */
  public static Compression compression() {
    return compression(com.github.luben.zstd.Zstd.defaultCompressionLevel());
  }

  /**
   * Returns the compression at a level.
   *
   * @param level from 1, the fastest, to 22, the smallest
   * @return the compression
   * @throws IllegalArgumentException if the level is not in that range
   */
  public static Compression compression(int level) {
    if (level < 1 || level > com.github.luben.zstd.Zstd.maxCompressionLevel()) {
      throw new IllegalArgumentException("a level is from 1 to 22: " + level);
    }
    return new ZstdCompression(level);
  }
}
