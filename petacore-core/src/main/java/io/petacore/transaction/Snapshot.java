package io.petacore.transaction;

/**
 * A read-only view of one state, which is kept for as long as the handle is open. Close it: an open
 * handle keeps every version since in memory, whatever the storage's bounds on history. One that is
 * lost unclosed is let go when the garbage collector finds it, and the log tells where it was
 * opened. Safe for use by many threads.
 */
public interface Snapshot extends ReadView, AutoCloseable {

  /** The hybrid-logical-clock timestamp of the state in nanoseconds since the epoch. */
  long timestamp();

  /** Lets the state go. Reads after it throw {@link IllegalStateException}. Idempotent. */
  @Override
  void close();
}
