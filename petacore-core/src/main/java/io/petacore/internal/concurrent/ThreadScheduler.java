package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Scheduler} with one daemon thread, and further ones for tasks that may block. */
public final class ThreadScheduler implements Scheduler {

  private static final Logger log = LoggerFactory.getLogger(ThreadScheduler.class);

  private final ScheduledThreadPoolExecutor executor;
  private final WorkerThreads workers;

  /** The executor would still run tasks that are due when it is shut down. */
  private volatile boolean stopped;

  /** The executor's newest thread; null if there was no task yet. */
  private volatile @Nullable Thread thread;

  /**
   * @param threadName the name of the thread, and the prefix of the names of the further ones; each
   *     is started when it is needed
   */
  public ThreadScheduler(String threadName) {
    workers = new WorkerThreads(threadName + "-completions-");
    executor =
        new ScheduledThreadPoolExecutor(
            1, task -> newThread(task, threadName), new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private Thread newThread(Runnable task, String name) {
    Thread made = new Thread(task, name);
    made.setDaemon(true);
    thread = made;
    return made;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  @Override
  public Cancellable schedule(Duration delay, Runnable task) {
    Future<?> future = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** Uses the executor's repetition, which needs no memory to continue after an error. */
  @Override
  public void repeat(Duration delay, BooleanSupplier task) {
    AtomicReference<@Nullable Future<?>> repetition = new AtomicReference<>();
    Runnable guarded =
        () -> {
          if (!runRepeated(task)) {
            Future<?> all = repetition.get();
            if (all != null) {
              all.cancel(false);
            }
          }
        };
    repetition.set(
        executor.scheduleWithFixedDelay(
            guarded, delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** The executor would end a task that throws. */
  private boolean runRepeated(BooleanSupplier task) {
    if (stopped) {
      return false;
    }
    try {
      return task.getAsBoolean();
    } catch (RuntimeException | Error e) {
      log.error("a repeated task of the engine failed; this is a defect", e);
      return true;
    }
  }

  @Override
  public void executeBlocking(Runnable task) {
    workers.execute(task);
  }

  /** The executor would not report a task's exception. */
  private Runnable guarded(Runnable task) {
    return () -> {
      if (stopped) {
        return;
      }
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        log.error("a task of the engine failed; this is a defect", e);
        throw e;
      }
    };
  }

  @Override
  public void shutdown() {
    stopped = true;
    executor.shutdown();
    workers.shutdown();
  }

  @Override
  public boolean awaitTermination(Duration bound) throws InterruptedException {
    long begun = System.nanoTime();
    if (!executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    // The executor reports that from its thread, which has yet to end.
    Thread last = thread;
    if (last != null) {
      TimeUnit.NANOSECONDS.timedJoin(last, left(bound, begun));
      if (last.isAlive()) {
        return false;
      }
    }
    return workers.awaitTermination(Duration.ofNanos(left(bound, begun)));
  }

  private static long left(Duration bound, long begun) {
    return Math.max(1, bound.toNanos() - (System.nanoTime() - begun));
  }
}
