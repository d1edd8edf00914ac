package io.petacore.transaction;

import io.petacore.data.Timestamp;

/**
 * A read-only view of one state, which is kept until the handle is closed. An open handle keeps
 * every version since its state in memory, whatever the storage's bounds on history. A handle that
 * is garbage-collected without having been closed is released, and a warning with the place where
 * it was opened is logged. Safe for use by many threads.
 */
public interface Snapshot extends ReadView, AutoCloseable {

  /**
   * Returns the timestamp of the state.
   *
   * @return for {@code snapshotAt}, the timestamp that was asked for
   */
  Timestamp timestamp();

  /** Releases the state; later reads throw {@link IllegalStateException}. Idempotent. */
  @Override
  void close();
}
