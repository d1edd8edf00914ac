package io.petacore.simulation;

import io.petacore.internal.concurrent.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/**
 * The scheduler of one storage: tasks run one at a time in the order of their times, as on a thread
 * that is sometimes busy and therefore late.
 */
final class SimulatedScheduler implements Scheduler {

  /** Near the overflow, so that code which does not compare times by difference fails. */
  private static final long ORIGIN = Long.MAX_VALUE - Timeline.SECOND;

  private static final long LATENESS = 10 * Timeline.MICROSECOND;

  private record Task(long at, long number, Runnable work) {}

  private final Timeline timeline;
  private final Fibers fibers;
  private final Life life;
  private final Violations violations;
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  private long number;
  private long wakings; // the thread is woken for the first task; an earlier task wakes it anew
  private boolean shutdown;

  SimulatedScheduler(Timeline timeline, Fibers fibers, Life life, Violations violations) {
    this.timeline = timeline;
    this.fibers = fibers;
    this.life = life;
    this.violations = violations;
  }

  @Override
  public long nanoTime() {
    return ORIGIN + timeline.now();
  }

  @Override
  public long chance(long bound) {
    return (long) (timeline.random().nextDouble() * bound);
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public Cancellable schedule(Duration delay, Runnable task) {
    if (shutdown) {
      return () -> {};
    }
    Task queued = new Task(timeline.now() + Math.max(0, delay.toNanos()), number++, task);
    tasks.add(queued);
    if (queued.equals(tasks.peek())) {
      wakeForFirst();
    }
    return () -> tasks.remove(queued);
  }

  /** Runs the task on a thread like those of the application, which may block. */
  @Override
  public void executeBlocking(Runnable task) {
    fibers.start(life, task);
  }

  private void wakeForFirst() {
    Task first = tasks.peek();
    if (first != null) {
      long waking = ++wakings;
      long wait = Math.max(0, first.at() - timeline.now()) + timeline.about(LATENESS);
      timeline.after(wait, life, () -> runFirst(waking));
    }
  }

  private void runFirst(long waking) {
    if (waking != wakings) {
      return;
    }
    Task first = tasks.peek();
    if (first != null && first.at() <= timeline.now()) {
      tasks.remove();
      try {
        first.work().run();
      } catch (RuntimeException | Error thrown) {
        violations.add("a task of the library failed", thrown);
      }
    }
    wakeForFirst();
  }

  @Override
  public boolean await(CompletableFuture<?> future, long nanos) {
    return fibers.await(future, Math.max(0, nanos));
  }

  @Override
  public <T> T join(CompletableFuture<T> future) {
    fibers.await(future, -1);
    return future.join();
  }

  @Override
  public void shutdown() {
    shutdown = true;
    tasks.clear();
  }

  @Override
  public boolean awaitTermination(Duration bound) {
    return shutdown;
  }
}
