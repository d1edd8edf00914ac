package io.petacore.internal.commit;

import io.petacore.internal.time.Scheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many moments: it rings at or before the earliest it was set for, and whoever hears
 * it looks at everything and sets it anew. So a commit that meets a running alarm, which is nearly
 * every one, costs no timer. Guarded by the pipeline's lock.
 */
final class Alarm {

  /** Moments closer together than this share a ring. */
  private static final long GRAIN_NANOS = 5_000_000;

  private final Scheduler scheduler;
  private final Runnable onRing;
  private boolean set;
  private long at;
  private Scheduler.@Nullable Cancellable timer;

  Alarm(Scheduler scheduler, Runnable onRing) {
    this.scheduler = scheduler;
    this.onRing = onRing;
  }

  /** Makes sure that it rings by a moment of monotonic time, or very shortly after. */
  void setFor(long nanoTime) {
    if (set && at - nanoTime <= GRAIN_NANOS) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    set = true;
    at = nanoTime;
    long delay = Math.max(GRAIN_NANOS, nanoTime - scheduler.nanoTime());
    timer = scheduler.schedule(Duration.ofNanos(delay), onRing);
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
