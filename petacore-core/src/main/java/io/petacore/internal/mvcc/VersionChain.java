package io.petacore.internal.mvcc;

/**
 * Where the ordered index finds the versions of a key, newest first. Linked by the single writer,
 * read by everybody.
 *
 * <p>The head may already belong to a revision that is not published: readers go by version number,
 * never by the head.
 */
@SuppressWarnings("NullAway.Init") // the first version is linked before the chain can be found
final class VersionChain {

  private volatile Version head;

  Version head() {
    return head;
  }

  /** Writer only. */
  void link(Version newest) {
    head = newest;
  }
}
