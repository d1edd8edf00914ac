package io.petacore.zstd;

import com.github.luben.zstd.Zstd;
import io.petacore.keyspace.Compression;

/** Zstandard at a level. A value is one frame, which says its size. */
record ZstdCompression(int level) implements Compression {

  private static final int HEADER = 0xfa;

  @Override
  public int header() {
    return HEADER;
  }

  @Override
  public byte[] compress(byte[] plain) {
    return Zstd.compress(plain, level);
  }

  @Override
  public byte[] decompress(byte[] compressed, int offset, int size) {
    int length = compressed.length - offset;
    // Before memory is allocated: the frame must agree with the header.
    long inFrame = Zstd.getFrameContentSize(compressed, offset, length);
    if (inFrame != size) {
      throw new IllegalArgumentException("the frame is not one of " + size + " bytes");
    }
    byte[] plain = new byte[size];
    long read = Zstd.decompressByteArray(plain, 0, size, compressed, offset, length);
    if (Zstd.isError(read)) {
      throw new IllegalArgumentException(Zstd.getErrorName(read));
    }
    if (read != size) {
      throw new IllegalArgumentException("the frame has " + read + " bytes, not " + size);
    }
    return plain;
  }

  @Override
  public String toString() {
    return "zstd";
  }
}
