package io.petacore.store;

/** An open watch. */
public interface Watch extends AutoCloseable {

  /**
   * Ends the watch without telling its listener. A call to the listener that is under way on
   * another thread may still be finishing. Does not block; idempotent; may be called by the
   * listener itself.
   */
  @Override
  void close();
}
