package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one key, newest first. Linked by the single writer, read by everybody.
 *
 * <p>The head may already belong to a revision that is not published: readers go by version number,
 * never by the head.
 */
final class VersionChain {

  private final Bytes key;
  private volatile Version head;

  VersionChain(Bytes key, Version first) {
    this.key = key;
    this.head = first;
  }

  Bytes key() {
    return key;
  }

  Version head() {
    return head;
  }

  /** Writer only. */
  void link(Version newest) {
    head = newest;
  }

  /** The newest version that is not above a number; null if there is none. */
  @Nullable Version visibleAt(long number) {
    Version version = head;
    while (version != null && version.number() > number) {
      version = version.older();
    }
    return version;
  }
}
