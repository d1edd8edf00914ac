package io.petacore.etcd;

/**
 * The maximum size of a watch message.
 *
 * <p>A watch that catches up receives up to 1,000 revisions per message. On request, etcd splits
 * messages into fragments of about its {@code --max-request-bytes}. Fragments are not requested at
 * first: etcd takes time quadratic in the number of events of a fragment, which makes small events
 * ten times slower. So a message may use a part of the free memory; if one is larger, the next
 * watch from the same revision requests fragments.
 *
 * <p>Thread-safe.
 */
final class WatchSizes {

  /**
   * Minimum limit, regardless of free memory; above the fragment size of a server with defaults.
   */
  static final int MIN_BYTES = 16 << 20;

  /** A message of small events takes about four times its size while it is decoded. */
  private static final int PART_OF_FREE_MEMORY = 4;

  private final int max;

  /** The next revision of the last watch that received too large a message; 0 for none. */
  private volatile long tooLargeFrom;

  /**
   * @param max maximum size of a message, in bytes, regardless of free memory
   */
  WatchSizes(int max) {
    this.max = max;
  }

  /** Returns the maximum size of a message for the current free memory, in bytes. */
  int maxBytes() {
    Runtime memory = Runtime.getRuntime();
    long free = memory.maxMemory() - (memory.totalMemory() - memory.freeMemory());
    return (int) Math.min(max, Math.max(MIN_BYTES, free / PART_OF_FREE_MEMORY));
  }

  /** Whether a watch from a revision should request fragments. */
  boolean inFragments(long fromRevision) {
    return tooLargeFrom == fromRevision;
  }

  /**
   * Records that a message was too large for a watch.
   *
   * @param revision the next revision of the watch
   */
  void tooLargeFrom(long revision) {
    tooLargeFrom = revision;
  }
}
