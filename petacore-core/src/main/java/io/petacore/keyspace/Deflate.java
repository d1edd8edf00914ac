package io.petacore.keyspace;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Deflate, with the header and the checksum of zlib. */
final class Deflate implements Compression {

  static final Compression INSTANCE = new Deflate();

  /** The maximum ratio of deflate: 258 bytes in two bits; and the bytes that surround it. */
  private static final int MAX_RATIO = 1_032;

  private Deflate() {}

  @Override
  public int header() {
    return ValueHeaders.DEFLATE;
  }

  @Override
  public byte[] compress(byte[] plain) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(plain);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2 + 32);
      byte[] chunk = new byte[Math.min(8_192, plain.length + 32)];
      while (!deflater.finished()) {
        out.write(chunk, 0, deflater.deflate(chunk));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  @Override
  public byte[] decompress(byte[] compressed, int offset, int size) {
    int length = compressed.length - offset;
    if (size > (long) MAX_RATIO * length) {
      throw new IllegalArgumentException(length + " bytes can't be " + size + " compressed ones");
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(compressed, offset, length);
      byte[] plain = new byte[size];
      int at = 0;
      while (at < size) {
        int read = inflater.inflate(plain, at, size - at);
        if (read == 0) {
          throw new IllegalArgumentException("it ends after " + at + " bytes of " + size);
        }
        at += read;
      }
      // Reads the checksum; returns a byte if there is more than the size says.
      if (inflater.inflate(new byte[1]) != 0
          || !inflater.finished()
          || inflater.getRemaining() != 0) {
        throw new IllegalArgumentException("it does not end after " + size + " bytes");
      }
      return plain;
    } catch (DataFormatException malformed) {
      throw new IllegalArgumentException("not deflate: " + malformed.getMessage(), malformed);
    } finally {
      inflater.end();
    }
  }

  @Override
  public String toString() {
    return "deflate";
  }
}
