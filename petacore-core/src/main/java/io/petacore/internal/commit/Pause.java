package io.petacore.internal.commit;

import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Scheduler;
import java.time.Duration;

/**
 * A time in which nothing is sent, after the store could not be reached; longer each time, until
 * something succeeds. Guarded by the pipeline's lock.
 */
final class Pause {

  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Scheduler scheduler;
  private final Steps steps;
  private final Backoff backoff;
  private boolean now;

  Pause(Scheduler scheduler, Steps steps) {
    this.scheduler = scheduler;
    this.steps = steps;
    this.backoff = new Backoff(FIRST, LONGEST, scheduler::chance);
  }

  boolean isNow() {
    return now;
  }

  void begin() {
    if (!now) {
      now = true;
      scheduler.schedule(backoff.next(), () -> steps.take(effects -> now = false));
    }
  }

  /** The store has answered: the next pause is a short one again. */
  void startOver() {
    backoff.reset();
  }
}
