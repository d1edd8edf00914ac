package io.petacore.internal.concurrent;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether something is in progress that an answer is to end. After {@link #BOUND_NANOS} it counts
 * as ended, so that it is begun again: the answer was lost, or its handling failed with an error.
 * To be used under one lock.
 */
public final class ExpiringFlag {

  /** No request to a store takes longer, including a pause after it. */
  public static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private boolean set;
  private long setAt;

  /**
   * @param nanoTime monotonic time
   */
  public ExpiringFlag(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Sets the flag; the bound counts from now. */
  public void set() {
    setAt = nanoTime.getAsLong();
    set = true;
  }

  /** Clears the flag. */
  public void clear() {
    set = false;
  }

  /** Whether the flag is set and has not expired. */
  public boolean isSet() {
    return set && nanoTime.getAsLong() - setAt < BOUND_NANOS;
  }
}
