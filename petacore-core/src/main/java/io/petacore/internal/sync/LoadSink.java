package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;

/** Receives the keys of a state while it is loaded. Called by one thread at a time. */
interface LoadSink {

  /** Starts a load, or restarts it and discards what was added so far. */
  void begin();

  /** Announces a number of additional keys; an estimate. */
  default void expect(long additionalKeys) {}

  /** Adds a key that the cache keeps. */
  void add(Change present);
}
