package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.StateComparison;

/**
 * Collects the difference between the cache and a state that is loaded while readers still use the
 * cache.
 */
final class ResyncBuffer implements LoadSink {

  private final MvccCache cache;
  private StateComparison comparison;

  ResyncBuffer(MvccCache cache) {
    this.cache = cache;
    this.comparison = new StateComparison(cache);
  }

  @Override
  public void begin() {
    comparison = new StateComparison(cache);
  }

  @Override
  public void add(Change present) {
    comparison.add(present);
  }

  /** The comparison of the cache with the keys added so far. */
  StateComparison comparison() {
    return comparison;
  }
}
