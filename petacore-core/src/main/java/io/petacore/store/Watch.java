package io.petacore.store;

/** An open watch. */
public interface Watch extends AutoCloseable {

  /**
   * The number of bytes that have arrived for this watch so far, those of revisions included that
   * have not been delivered yet. A number that rises is a sign of life: on a slow connection a
   * revision may be on its way for long.
   *
   * <p>May be called by any thread, and does not block.
   *
   * @return 0 where the store does not count
   */
  default long receivedBytes() {
    return 0;
  }

  /**
   * Ends the watch without telling its listener. A call to the listener that is under way on
   * another thread may still be finishing. Does not block; idempotent; may be called by the
   * listener itself.
   */
  @Override
  void close();
}
