package io.petacore.internal.commit;

import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;

/**
 * A time in which nothing is sent, after the store could not be reached; longer each time, until
 * something succeeds. Guarded by the pipeline's lock.
 */
final class Pause {

  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private final Scheduler scheduler;
  private final CombiningLock steps;
  private final Backoff backoff;

  /** By the clock, so that it ends whether or not its timer rings. */
  private long until;

  private boolean begun;

  Pause(Scheduler scheduler, CombiningLock steps) {
    this.scheduler = scheduler;
    this.steps = steps;
    this.backoff = new Backoff(FIRST, LONGEST, scheduler::chance);
  }

  boolean isNow() {
    begun = begun && scheduler.nanoTime() - until < 0;
    return begun;
  }

  void begin() {
    if (!isNow()) {
      Duration time = backoff.next();
      until = scheduler.nanoTime() + time.toNanos();
      begun = true;
      scheduler.schedule(time, () -> steps.take(effects -> {})); // whoever can goes on
    }
  }

  /** The store has answered: the next pause is a short one again. */
  void startOver() {
    backoff.reset();
  }
}
