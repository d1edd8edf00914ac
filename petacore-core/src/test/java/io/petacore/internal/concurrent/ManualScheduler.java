package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Scheduler} in virtual time. Tasks run when a test lets time pass, on the test's thread,
 * in the order of their times, and of their submission if times are equal. Nothing waits, and the
 * same calls give the same run.
 *
 * <p>Time begins one second before it overflows, so that a comparison other than by difference
 * fails.
 *
 * <p>Tasks may be submitted by any thread; only one thread at a time lets time pass.
 */
public final class ManualScheduler implements Scheduler {

  private static final long ORIGIN = Long.MAX_VALUE - 1_000_000_000L;

  private record Task(long at, long sequence, Runnable work) {}

  private final PriorityQueue<Task> queue =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::sequence));
  private final List<Throwable> failures = new ArrayList<>();
  private final Random random = new Random(1);
  private long elapsed;
  private long submitted;
  private boolean shutdown;
  private int callsLeft = -1; // until one fails

  /** Has one of the next calls throw an error, the first being number 1. */
  public synchronized void failCall(int number) {
    callsLeft = number;
  }

  /** Whether the error was thrown. */
  public synchronized boolean hasFailed() {
    return callsLeft == 0;
  }

  private void failIfDue() {
    if (callsLeft > 0 && --callsLeft == 0) {
      throw new OutOfMemoryError("by the test");
    }
  }

  @Override
  public synchronized long nanoTime() {
    failIfDue();
    return ORIGIN + elapsed;
  }

  @Override
  public synchronized long chance(long bound) {
    failIfDue();
    return (long) (random.nextDouble() * bound);
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public synchronized Cancellable schedule(Duration delay, Runnable task) {
    failIfDue();
    return enqueue(delay, task);
  }

  /** As in the real scheduler, a repetition can't fail. */
  @Override
  public void repeat(Duration delay, BooleanSupplier task) {
    enqueue(
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

  private synchronized Cancellable enqueue(Duration delay, Runnable task) {
    if (shutdown) {
      return () -> {};
    }
    Task queued = new Task(elapsed + Math.max(0, delay.toNanos()), submitted++, task);
    queue.add(queued);
    return () -> cancel(queued);
  }

  private synchronized void cancel(Task task) {
    queue.remove(task);
  }

  @Override
  public synchronized void shutdown() {
    shutdown = true;
    queue.clear();
  }

  /** There is no thread. */
  @Override
  public boolean awaitTermination(Duration bound) {
    return true;
  }

  /** Runs the first task that is due, if there is one. */
  public boolean runOne() {
    return run(0);
  }

  /** Runs the tasks that are due, and those they make due. Time does not pass. */
  public void runDue() {
    while (runOne()) {
      // The next one.
    }
  }

  /** Lets time pass, and runs each task at its time. */
  public void advance(Duration time) {
    long until;
    synchronized (this) {
      until = elapsed + time.toNanos();
    }
    while (run(until - elapsed())) {
      // The next one.
    }
    synchronized (this) {
      elapsed = until;
    }
  }

  /** The time until the next task; null if there is none. */
  public synchronized @Nullable Duration untilNext() {
    Task next = queue.peek();
    return next == null ? null : Duration.ofNanos(next.at() - elapsed);
  }

  /** The number of scheduled tasks. */
  public synchronized int waiting() {
    return queue.size();
  }

  /** The exceptions that tasks threw. */
  public synchronized List<Throwable> failures() {
    return List.copyOf(failures);
  }

  private synchronized long elapsed() {
    return elapsed;
  }

  /** Runs the first task that is due within a time, at its time. */
  private boolean run(long within) {
    Task next;
    synchronized (this) {
      next = queue.peek();
      if (next == null || next.at() - elapsed > within) {
        return false;
      }
      queue.remove();
      elapsed = Math.max(elapsed, next.at());
    }
    try {
      next.work().run();
    } catch (RuntimeException | Error thrown) {
      // Like the real one, it runs the next task; the test checks the failures.
      synchronized (this) {
        failures.add(thrown);
      }
    }
    return true;
  }
}
