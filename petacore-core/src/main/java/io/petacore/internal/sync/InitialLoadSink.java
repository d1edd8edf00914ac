package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;

/**
 * The first state goes into the cache page by page: nobody reads it before it is whole. That also
 * lays each key beside its version in memory, which is how a read finds them fastest.
 *
 * <p>On the scheduler, without the Synchronizer's lock: nothing else writes the cache before the
 * first watch is opened.
 */
record InitialLoadSink(MvccCache cache) implements LoadSink {

  @Override
  public void begin() {
    cache.beginLoad();
  }

  @Override
  public void expect(long entries) {
    cache.expect(entries);
  }

  @Override
  public void add(Change present) {
    cache.load(present);
  }
}
