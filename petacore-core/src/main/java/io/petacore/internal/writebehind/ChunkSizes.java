package io.petacore.internal.writebehind;

/**
 * How large chunks are. The storage estimates what a request takes more exactly: a chunk that it
 * finds too large makes the next ones smaller. Safe for use by many threads.
 */
final class ChunkSizes {

  /** One large transaction says nothing about small ones. */
  private static final long MIN_BYTES = 64 * 1024;

  private final int prefixBytes;
  private volatile long maxBytes;

  /**
   * @param prefixBytes the length of the namespace's prefix
   * @param maxBytes about how many bytes a request can carry
   */
  ChunkSizes(int prefixBytes, long maxBytes) {
    this.prefixBytes = prefixBytes;
    this.maxBytes = maxBytes;
  }

  Chunk newChunk() {
    return new Chunk(prefixBytes, maxBytes);
  }

  /** A chunk was too large for one request. */
  void tooLarge(Chunk chunk) {
    maxBytes = Math.max(Math.min(MIN_BYTES, maxBytes), chunk.bytes() / 2);
  }
}
