package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many moments: it rings at or before the earliest it was set for, and whoever hears
 * it looks at everything and sets it anew. So a commit that meets a running alarm, which is nearly
 * every one, costs no timer. Guarded by the pipeline's lock.
 */
final class CoalescingTimer {

  /** Moments closer together than this share a ring. */
  private static final long GRAIN_NANOS = 5_000_000;

  /** A ring that is so late has failed before it could be heard. */
  private static final long LOST_AFTER_NANOS = 1_000_000_000;

  private final Scheduler scheduler;
  private final Runnable onRing;
  private boolean set;
  private long at;
  private long ringsAt;
  private Scheduler.@Nullable Cancellable timer;

  CoalescingTimer(Scheduler scheduler, Runnable onRing) {
    this.scheduler = scheduler;
    this.onRing = onRing;
  }

  /** Makes sure that it rings by a moment of monotonic time, or very shortly after. */
  void setFor(long nanoTime) {
    long now = scheduler.nanoTime();
    if (set && at - nanoTime <= GRAIN_NANOS && now - ringsAt < LOST_AFTER_NANOS) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    set = false; // until there is a timer
    long delay = Math.max(GRAIN_NANOS, nanoTime - now);
    timer = scheduler.schedule(Duration.ofNanos(delay), onRing);
    ringsAt = now + delay;
    at = nanoTime;
    set = true;
  }

  /** It has rung. */
  void rang() {
    if (timer != null) {
      timer.cancel(); // another one, if it was set anew while this one began to ring
    }
    set = false;
    timer = null;
  }
}
