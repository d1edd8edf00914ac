package io.petacore.internal.commit;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Something that was begun, and that an answer is to end. After {@link #BOUND_NANOS} it counts as
 * ended, so that it is begun again: whatever was to end it has failed, by an error on the way or
 * for lack of an answer. Guarded by the pipeline's lock.
 */
final class InProgress {

  /** No request to a store takes longer, a pause after it included. */
  static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;
  private boolean begun;
  private long begunAt;

  /**
   * @param nanoTime monotonic time
   */
  InProgress(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void begin() {
    begunAt = nanoTime.getAsLong();
    begun = true;
  }

  void end() {
    begun = false;
  }

  boolean isNow() {
    return begun && nanoTime.getAsLong() - begunAt < BOUND_NANOS;
  }
}
