package io.petacore.etcd;

/**
 * How much etcd may send to a watch in one message.
 *
 * <p>A watch that catches up is sent up to 1,000 revisions in one message. etcd cuts it into
 * fragments where it is asked to, of about its {@code --max-request-bytes}. It is not asked at
 * once: the time that it takes to cut a fragment grows with the square of the number of events in
 * it, which makes small events ten times slower. So a message may have a part of the memory that is
 * free; where one is larger, the next watch from the same revision asks for fragments.
 *
 * <p>Safe for use by many threads.
 */
final class WatchSizes {

  /** What is taken however little memory is free. Above any fragment of a server with defaults. */
  static final int LEAST_BYTES = 16 << 20;

  /** A message of small events takes about four times its bytes while it is taken in. */
  private static final int PART_OF_FREE_MEMORY = 4;

  private final int most;

  /** The revision from which the last watch that met too large a message wanted more; 0: none. */
  private volatile long tooLargeFrom;

  /**
   * @param most the greatest message, in bytes, however much memory is free
   */
  WatchSizes(int most) {
    this.most = most;
  }

  /** The greatest message, in bytes, that there is memory for now. */
  int maxBytes() {
    Runtime memory = Runtime.getRuntime();
    long free = memory.maxMemory() - (memory.totalMemory() - memory.freeMemory());
    return (int) Math.min(most, Math.max(LEAST_BYTES, free / PART_OF_FREE_MEMORY));
  }

  /** Whether a watch from a revision is to ask for fragments. */
  boolean inFragments(long fromRevision) {
    return tooLargeFrom == fromRevision;
  }

  /** A message was too large for a watch that would have gone on at a revision. */
  void tooLargeFrom(long revision) {
    tooLargeFrom = revision;
  }
}
