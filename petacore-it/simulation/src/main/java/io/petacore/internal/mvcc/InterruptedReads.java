package io.petacore.internal.mvcc;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Caches whose readers can be stopped in the midst of a read. */
public final class InterruptedReads {
  /** So that chains of a few versions are long ones. */
  private static final LongChains FEW_ARE_MANY = new LongChains(4);

  private InterruptedReads() {}

  /**
   * A cache in which something is done before and after anybody looks at the horizon: a reader has
   * then found what it looked for, and has not given it out yet.
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
