package io.petacore.internal.transaction;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pauses of those who do not wait on a thread. They end when their time is over, or at the close,
 * after which the scheduler ends none: whoever paused goes on, and finds that it is closed. Safe
 * for use by many threads.
 */
final class Pauses {

  private final Scheduler scheduler;
  private final Set<Pause> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Pauses(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Takes a step after a time, on an internal thread, or at the close. Whoever the close does not
   * find here yet finds that it has come.
   */
  void pause(Duration time, Runnable step) {
    Pause pause = new Pause(step);
    open.add(pause);
    scheduler.schedule(time, pause::end);
    if (closed) {
      pause.end();
    }
  }

  /** Ends all, now and later. */
  void close() {
    closed = true;
    Set.copyOf(open).forEach(Pause::end);
  }

  private final class Pause {
    private final Runnable step;

    Pause(Runnable step) {
      this.step = step;
    }

    /** Whoever takes it out takes the step. */
    void end() {
      if (open.remove(this)) {
        step.run();
      }
    }
  }
}
