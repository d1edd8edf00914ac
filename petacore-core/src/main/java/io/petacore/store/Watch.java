package io.petacore.store;

/** An open watch. */
public interface Watch extends AutoCloseable {

  /**
   * The number of bytes received for this watch so far, including those of revisions that are not
   * delivered yet. A rising number shows that the watch is alive while a revision takes long to
   * arrive on a slow connection.
   *
   * <p>May be called by any thread; does not block.
   *
   * @return 0 if the store does not count bytes
   */
  default long receivedBytes() {
    return 0;
  }

  /**
   * Ends the watch without a call of {@link WatchListener#onEnd}. A call of the listener on another
   * thread may still be running when it returns. Does not block; idempotent; may be called by the
   * listener.
   */
  @Override
  void close();
}
