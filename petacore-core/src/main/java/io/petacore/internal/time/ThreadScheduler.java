package io.petacore.internal.time;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A {@link Scheduler} that is one daemon thread. */
public final class ThreadScheduler implements Scheduler {

  private static final Logger log = LoggerFactory.getLogger(ThreadScheduler.class);

  private final ScheduledThreadPoolExecutor executor;

  /** The thread gets a name; it is started by the first task. */
  public ThreadScheduler(String threadName) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(logged(task));
  }

  @Override
  public Cancellable schedule(Duration delay, Runnable task) {
    Future<?> future = executor.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  /** The executor would keep a task's exception to itself. */
  private static Runnable logged(Runnable task) {
    return () -> {
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
    executor.shutdown();
  }

  /**
   * Waits for the thread to end.
   *
   * @return whether it ended in time
   */
  public boolean awaitTermination(Duration bound) throws InterruptedException {
    return executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS);
  }
}
