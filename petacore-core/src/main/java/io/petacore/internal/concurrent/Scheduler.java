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
 * Runs the engine's own tasks, one at a time, and is its only source of monotonic time, and of
 * chance. Tasks do not block; where a thread of the application has to wait, it waits here, too.
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

  /**
   * Runs a task again and again, each time a delay after it has ended, for as long as it returns
   * true. Whatever it throws, it runs again. Drops it after {@link #shutdown()}.
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
   * Runs a task that may block, beside the others: on another thread, if the scheduler has threads.
   * Runs it after {@link #shutdown()}, too.
   */
  default void executeBlocking(Runnable task) {
    execute(task);
  }

  /**
   * Has the calling thread wait until a future is done, well or not, for a time at most.
   *
   * @return whether it is done
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

  /**
   * Has the calling thread wait for what becomes of a future, as {@link CompletableFuture#join()}.
   */
  default <T> T join(CompletableFuture<T> future) {
    return future.join();
  }

  /** Has the calling thread do nothing for a time. */
  default void pause(Duration time) throws InterruptedException {
    await(new CompletableFuture<>(), time.toNanos());
  }

  /** Runs no further task. Does not wait for the one that is running. */
  void shutdown();

  /**
   * Has the calling thread wait, after {@link #shutdown()}, until the task that was running has
   * ended, and with it every thread of the scheduler's but the calling one.
   *
   * @return whether that was so in time
   */
  boolean awaitTermination(Duration bound) throws InterruptedException;

  /** A task that has not begun yet can be called off. */
  @FunctionalInterface
  interface Cancellable {
    /** Calls the task off; without effect if it has begun. */
    void cancel();
  }
}
