package io.petacore.keyspace;

/** A way to compress values. Safe for use by many threads. */
public interface Compression {

  /**
   * Returns the byte that marks its values.
   *
   * @return 0xf9 for deflate, 0xfa for zstd
   */
  int header();

  /**
   * Compresses a value.
   *
   * @param plain the value; not changed
   * @return the compressed value; may be longer
   */
  byte[] compress(byte[] plain);

  /**
   * Decompresses a value.
   *
   * @param compressed an array that contains the compressed value
   * @param offset where it begins; it ends with the array
   * @param size the length of the decompressed value, within the bound of the codec but not to be
   *     trusted: check it before memory is allocated, where that is possible
   * @return exactly {@code size} bytes
   * @throws RuntimeException if the value is malformed, or is not of that size
   */
  byte[] decompress(byte[] compressed, int offset, int size);

  /**
   * Returns the deflate of the JDK.
   *
   * @return the compression
   */
  static Compression deflate() {
    return Deflate.INSTANCE;
  }
}
