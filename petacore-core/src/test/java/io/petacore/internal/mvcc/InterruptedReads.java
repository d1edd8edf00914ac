package io.petacore.internal.mvcc;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Caches whose readers can be interrupted within a read. */
public final class InterruptedReads {
  /** A threshold at which chains of a few versions are long. */
  private static final LongChains FEW_ARE_MANY = new LongChains(4);

  private InterruptedReads() {}

  /**
   * A cache that runs actions before and after every read of the horizon: the reader has then found
   * its version and has not returned it yet.
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
