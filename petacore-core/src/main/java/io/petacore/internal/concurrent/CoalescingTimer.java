package io.petacore.internal.concurrent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many deadlines: it fires at or shortly after the earliest, and its action checks
 * all of them and sets it again. So a commit costs no timer of its own while an earlier one is set,
 * which is nearly always. To be used under one lock.
 */
public final class CoalescingTimer {

  /** Deadlines closer together than this share a timer. */
  private static final long GRAIN_NANOS = 5_000_000;

  /** A timer that is so late has failed. */
  private static final long LOST_AFTER_NANOS = 1_000_000_000;

  private final Scheduler scheduler;
  private final Runnable action;
  private boolean set;
  private long deadline;
  private long firesAt;
  private Scheduler.@Nullable Cancellable timer;

  /**
   * @param action runs on the scheduler; calls {@link #fired} under the lock
   */
  public CoalescingTimer(Scheduler scheduler, Runnable action) {
    this.scheduler = scheduler;
    this.action = action;
  }

  /**
   * Makes sure that the timer fires by a deadline, or very shortly after.
   *
   * @param nanoTime a moment of monotonic time
   */
  public void setFor(long nanoTime) {
    long now = scheduler.nanoTime();
    if (set && deadline - nanoTime <= GRAIN_NANOS && now - firesAt < LOST_AFTER_NANOS) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    set = false; // until there is a timer
    long delay = Math.max(GRAIN_NANOS, nanoTime - now);
    timer = scheduler.schedule(Duration.ofNanos(delay), action);
    firesAt = now + delay;
    deadline = nanoTime;
    set = true;
  }

  /** Makes sure that the timer fires when a deadline passes. */
  public void setFor(Deadline next) {
    setFor(scheduler.nanoTime() + next.remainingNanos());
  }

  /** Takes note that the timer has fired. */
  public void fired() {
    if (timer != null) {
      timer.cancel(); // another one, if it was set again while this one was about to run
    }
    set = false;
    timer = null;
  }
}
