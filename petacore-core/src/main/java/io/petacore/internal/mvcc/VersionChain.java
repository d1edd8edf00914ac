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
sealed class VersionChain permits IndexedKeyChain, IndexEntryChain {

  private final Bytes key;
  private volatile Version head;
  private int headBytes; // writer only

  VersionChain(Bytes key) {
    this.key = key;
  }

  final Bytes key() {
    return key;
  }

  final Version head() {
    return head;
  }

  /**
   * The estimated heap footprint of the head, in bytes; kept here because reading it from the head
   * would cost a cache miss. Writer only.
   */
  final int headBytes() {
    return headBytes;
  }

  /** Makes a version the head. Writer only. */
  final void link(Version newest) {
    link(newest, MemoryUsage.ofVersion(newest));
  }

  /** Makes a version of a given size the head. Writer only. */
  final void link(Version newest, int bytes) {
    headBytes = bytes;
    head = newest;
  }

  /** Whether the first version is linked. Writer only. */
  final boolean hasVersions() {
    return head != null;
  }
}
