package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Runs the engine's own tasks, one at a time. It is the engine's only source of monotonic time and
 * of random numbers, and the only place where threads of the application wait. Tasks do not block.
 */
public interface Scheduler extends Executor {

  /** Monotonic time, in nanoseconds from an arbitrary origin; compare by difference only. */
  long nanoTime();

  /** Draws a number evenly from zero to below a bound. */
  default long chance(long bound) {
    return ThreadLocalRandom.current().nextLong(bound);
  }

  /** Runs a task soon; discards it after {@link #shutdown()}. */
  @Override
  void execute(Runnable task);

  /** Runs a task after a delay; discards it after {@link #shutdown()}. */
  Cancellable schedule(Duration delay, Runnable task);

  /**
   * Runs a task repeatedly, each time a delay after it has ended, as long as it returns true. A
   * task that throws is run again. Discards it after {@link #shutdown()}.
   */
  default void repeat(Duration delay, BooleanSupplier task) {
    schedule(
        delay,
        () -> {
          boolean again = true;
          try {
            again = task.getAsBoolean();
          } finally {
            if (again) {
              repeat(delay, task);
            }
          }
        });
  }

  /**
   * Runs a task that may block, concurrently with the others: on another thread, if the scheduler
   * has threads. Also after {@link #shutdown()}.
   */
  default void executeBlocking(Runnable task) {
    execute(task);
  }

  /**
   * Waits until a future is complete, normally or not.
   *
   * @param nanos the longest wait, in nanoseconds
   * @return whether the future is complete
   */
  default boolean await(CompletableFuture<?> future, long nanos) throws InterruptedException {
    try {
      future.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (ExecutionException | CancellationException failed) {
      return true;
    }
  }

  /** Waits for the result of a future, as {@link CompletableFuture#join()}. */
  default <T> T join(CompletableFuture<T> future) {
    return future.join();
  }

  /** Lets the calling thread wait for a time. */
  default void pause(Duration time) throws InterruptedException {
    await(new CompletableFuture<>(), time.toNanos());
  }

  /** Runs no further task. Does not wait for the one that is running. */
  void shutdown();

  /**
   * Waits, after {@link #shutdown()}, until the running task and every other thread of the
   * scheduler have ended.
   *
   * @param bound the longest wait
   * @return whether they have ended
   */
  boolean awaitTermination(Duration bound) throws InterruptedException;

  /** A scheduled task that can be cancelled. */
  @FunctionalInterface
  interface Cancellable {
    /** Cancels the task; without effect if it has begun. */
    void cancel();
  }
}
