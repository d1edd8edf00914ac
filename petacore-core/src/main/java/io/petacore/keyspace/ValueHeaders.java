package io.petacore.keyspace;

import org.jspecify.annotations.Nullable;

/**
 * The first bytes of wrapped values. None begins a character of UTF-8, so that they differ from
 * text that is not wrapped.
 */
final class ValueHeaders {

  static final int PLAIN = 0xf8;
  static final int DEFLATE = 0xf9;
  static final int ZSTD = 0xfa;
  static final int ENCRYPTED = 0xfb;
  static final int VERSION = 0xfc;

  private ValueHeaders() {}

  /** Returns what a header byte means; null if it is none. */
  static @Nullable String meaning(int header) {
    return switch (header) {
      case PLAIN -> "marked as not compressed: read it with Codec.compressed";
      case DEFLATE -> "compressed with deflate: read it with Compression.deflate()";
      case ZSTD -> "compressed with zstd: read it with petacore-zstd";
      case ENCRYPTED -> "encrypted: read it with Codec.encrypted";
      case VERSION -> "marked with a version: read it with Codec.versioned";
      default -> null;
    };
  }
}
