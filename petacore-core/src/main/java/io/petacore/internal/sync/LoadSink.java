package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;

/** Where the keys of a state go while it is being read. Called by one thread at a time. */
interface LoadSink {

  /** Begins, or begins anew: what was added so far is of no use. */
  void begin();

  /** There will be so many more keys at least, as far as it is known by now. */
  default void expect(long entries) {}

  /** A key that the cache keeps. */
  void add(Change present);
}
