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

  /** The executor would still run what is due and queued when it is shut down. */
  private volatile boolean stopped;

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
    return executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS);
  }
}
