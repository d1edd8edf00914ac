package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;

/**
 * Adds the keys of the initial load to the cache page by page; readers do not see them before the
 * load is complete. Each key is thereby placed next to its version in memory, which makes reads
 * faster.
 *
 * <p>Runs on the scheduler without the Synchronizer's lock: nothing else writes to the cache before
 * the first watch is opened.
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
