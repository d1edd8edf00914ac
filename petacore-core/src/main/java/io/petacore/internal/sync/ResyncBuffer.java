package io.petacore.internal.sync;

import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.StateComparison;

/**
 * A state that is read beside the one that is served, and compared with it as it comes: only the
 * difference is kept.
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

  StateComparison comparison() {
    return comparison;
  }
}
