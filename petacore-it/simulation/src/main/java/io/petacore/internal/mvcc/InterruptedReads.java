package io.petacore.internal.mvcc;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Creates caches whose readers can be paused in the middle of a read. */
public final class InterruptedReads {
  /** Makes chains of a few versions long ones. */
  private static final LongChains FEW_ARE_MANY = new LongChains(4);

  private InterruptedReads() {}

  /**
   * Returns a cache that runs an action before and after each look at the horizon; at that time a
   * reader has found its version and has not returned it yet.
   */
  public static MvccCache cache(
      Duration retention, long maxHistoryBytes, LongSupplier nanoTime, Runnable inTheMidst) {
    History history =
        new History(maxHistoryBytes) {
          @Override
          long horizon() {
            inTheMidst.run();
            long horizon = super.horizon();
            inTheMidst.run();
            return horizon;
          }
        };
    return new MvccCache(retention, history, FEW_ARE_MANY, nanoTime);
  }
}
