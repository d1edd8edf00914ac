package io.petacore.internal.commit;

import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds how many transactions are in the pipeline. Safe for use by many threads. */
final class CommitLimiter {

  private final int places;
  private final Semaphore free;

  CommitLimiter(int places) {
    this.places = places;
    this.free = new Semaphore(places, true);
  }

  /**
   * Takes a place, in the order of asking, for which it waits as long as there is none.
   *
   * @throws StoreUnavailableException if none comes free by the deadline, or the thread is
   *     interrupted
   */
  void enter(Deadline deadline) {
    // Nobody overtakes those who queue for a place.
    if (tryEnter()) {
      return;
    }
    try {
      if (!free.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreUnavailableException(
            "the pipeline was full ("
                + places
                + " commits pending) until the deadline; nothing was applied",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(
          "interrupted while the pipeline was full; nothing was applied", e);
    }
  }

  /** Takes a permit if one is free and no caller queues for it; returns at once. */
  boolean tryEnter() {
    return !free.hasQueuedThreads() && free.tryAcquire();
  }

  int permits() {
    return places;
  }

  void leave() {
    free.release();
  }

  int countFree() {
    return free.availablePermits();
  }
}
