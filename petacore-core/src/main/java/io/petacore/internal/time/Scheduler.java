package io.petacore.internal.time;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs the engine's own tasks, one at a time, and is its only source of monotonic time, and of
 * chance. Tasks do not block.
 */
public interface Scheduler extends Executor {

  /** Monotonic time, in nanoseconds from an arbitrary origin; compare by difference only. */
  long nanoTime();

  /** A number drawn evenly from zero to below a bound. */
  default long chance(long bound) {
    return ThreadLocalRandom.current().nextLong(bound);
  }

  /** Runs a task soon; drops it after {@link #shutdown()}. */
  @Override
  void execute(Runnable task);

  /** Runs a task after a delay; drops it after {@link #shutdown()}. */
  Cancellable schedule(Duration delay, Runnable task);

  /** Runs no further task. Does not wait for the one that is running. */
  void shutdown();

  /** A task that has not begun yet can be called off. */
  @FunctionalInterface
  interface Cancellable {
    /** Calls the task off; without effect if it has begun. */
    void cancel();
  }
}
