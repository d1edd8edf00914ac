package io.petacore.internal.time;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Scheduler} that is one daemon thread. */
public final class ThreadScheduler implements Scheduler {

  private static final Logger log = LoggerFactory.getLogger(ThreadScheduler.class);

  private final ScheduledThreadPoolExecutor executor;

  /** The executor would still run what is due and queued when it is shut down. */
  private volatile boolean stopped;

  /** What the executor's factory made last; null if there was never a task. */
  private volatile @Nullable Thread thread;

  /** The thread gets a name; it is started by the first task. */
  public ThreadScheduler(String threadName) {
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

  /** The executor would keep a task's exception to itself. */
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
  }

  @Override
  public boolean awaitTermination(Duration bound) throws InterruptedException {
    long begun = System.nanoTime();
    if (!executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    // The executor says so from its thread, which has a few steps left then.
    Thread last = thread;
    if (last == null) {
      return true;
    }
    long left = bound.toNanos() - (System.nanoTime() - begun);
    TimeUnit.NANOSECONDS.timedJoin(last, Math.max(left, 1));
    return !last.isAlive();
  }
}
