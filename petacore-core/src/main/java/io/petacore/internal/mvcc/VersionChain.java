package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/**
 * Where the ordered index finds the versions of a key, newest first. Linked by the single writer,
 * read by everybody.
 *
 * <p>The head may already belong to a revision that is not published: readers go by timestamp,
 * never by the head.
 */
@SuppressWarnings("NullAway.Init") // the first version is linked before the chain can be found
final class VersionChain {

  private final Bytes key;
  private volatile Version head;
  private int held; // writer only

  VersionChain(Bytes key) {
    this.key = key;
  }

  Bytes key() {
    return key;
  }

  Version head() {
    return head;
  }

  /** Writer only: how many bytes the newest version takes; looking at it would cost more. */
  int held() {
    return held;
  }

  /** Writer only. */
  void link(Version newest) {
    held = MemoryUsage.ofVersion(newest);
    head = newest;
  }
}
