package io.petacore.internal.transaction;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Delays of asynchronous transactions that back off, which hold no thread. A delay ends when its
 * time is up or when the storage is closed; after that the scheduler runs no timers, and the next
 * step of the transaction finds the storage closed. Safe for use by many threads.
 */
final class BackoffTimers {

  private final Scheduler scheduler;
  private final Set<Timer> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  BackoffTimers(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Runs a step once, on an internal thread, after a delay or on close. */
  void start(Duration delay, Runnable step) {
    Timer timer = new Timer(step);
    running.add(timer);
    scheduler.schedule(delay, timer::end);
    if (closed) {
      timer.end(); // close may have missed it
    }
  }

  /** Ends all delays, now and later. */
  void close() {
    closed = true;
    Set.copyOf(running).forEach(Timer::end);
  }

  private final class Timer {
    private final Runnable step;

    Timer(Runnable step) {
      this.step = step;
    }

    /** The thread that removes the timer runs its step. */
    void end() {
      if (running.remove(this)) {
        step.run();
      }
    }
  }
}
