package io.petacore.internal.commit;

import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds the number of transactions in the pipeline. Safe for use by many threads. */
final class CommitLimiter {

  private final int limit;
  private final Semaphore permits;

  CommitLimiter(int limit) {
    this.limit = limit;
    this.permits = new Semaphore(limit, true);
  }

  /**
   * Acquires a permit, in the order of asking; waits while there is none.
   *
   * @throws StoreUnavailableException if there is none by the deadline, or the thread is
   *     interrupted
   */
  void acquire(Deadline deadline) {
    if (tryAcquire()) {
      return;
    }
    try {
      if (!permits.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreUnavailableException(
            "the pipeline was full ("
                + limit
                + " commits pending) until the deadline; nothing was applied",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(
          "interrupted while the pipeline was full; nothing was applied", e);
    }
  }

  /** Acquires a permit if one is available and no caller is queued for it; never waits. */
  boolean tryAcquire() {
    return !permits.hasQueuedThreads() && permits.tryAcquire();
  }

  /** The number of permits, available or not. */
  int limit() {
    return limit;
  }

  void release() {
    permits.release();
  }

  int available() {
    return permits.availablePermits();
  }
}
