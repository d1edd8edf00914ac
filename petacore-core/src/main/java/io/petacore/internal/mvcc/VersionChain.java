package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/**
 * The versions of a key, newest first, as the ordered index refers to them. Linked by the cache's
 * writer only; read by any thread.
 *
 * <p>The head may belong to a revision that is not published yet, so readers select a version by
 * its timestamp and never just take the head.
 */
@SuppressWarnings("NullAway.Init") // the first version is linked before the chain can be found
final class VersionChain {

  private final Bytes key;
  private volatile Version head;
  private int headBytes; // writer only

  VersionChain(Bytes key) {
    this.key = key;
  }

  Bytes key() {
    return key;
  }

  Version head() {
    return head;
  }

  /**
   * The estimated heap footprint of the head, in bytes; kept here because reading it from the head
   * would cost a cache miss. Writer only.
   */
  int headBytes() {
    return headBytes;
  }

  /** Makes a version the head. Writer only. */
  void link(Version newest) {
    headBytes = MemoryUsage.ofVersion(newest);
    head = newest;
  }
}
