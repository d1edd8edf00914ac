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
 * A {@link Scheduler} in virtual time, whose tasks run when a test says so, on the test's thread:
 * in the order of their times, and of their submission where times are equal. Nothing waits, and
 * the same calls give the same run.
 *
 * <p>Its time begins one second before the end of the number range, so that whoever compares
 * moments other than by difference is found out.
 *
 * <p>Tasks may be submitted by any thread; those that drive it do so one at a time.
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

  /** Has one call to come, the first being number 1, throw an error, and none after it. */
  public synchronized void failCall(int number) {
    callsLeft = number;
  }

  /** Whether the call that was to fail has come. */
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

  /** Like the real one, it needs nothing that can fail to go on. */
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

  /** It has no thread. */
  @Override
  public boolean awaitTermination(Duration bound) {
    return true;
  }

  /** Runs the first task that is due, if there is one. */
  public boolean runOne() {
    return run(0);
  }

  /** Runs what is due, and what that makes due, until nothing is. Time stands still. */
  public void runDue() {
    while (runOne()) {
      // The next one.
    }
  }

  /** Lets time pass, and runs each task when its time has come. */
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

  /** How long it is until the next task; null if there is none. */
  public synchronized @Nullable Duration untilNext() {
    Task next = queue.peek();
    return next == null ? null : Duration.ofNanos(next.at() - elapsed);
  }

  /** How many tasks wait for their time. */
  public synchronized int waiting() {
    return queue.size();
  }

  /** What tasks threw. */
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
      // Like the real one, it goes on with the next task; the test looks at what there was.
      synchronized (this) {
        failures.add(thrown);
      }
    }
    return true;
  }
}
