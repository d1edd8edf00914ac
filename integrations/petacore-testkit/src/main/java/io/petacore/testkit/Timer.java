package io.petacore.testkit;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The cluster's thread, which delivers what was delayed, and the ends of watches. */
final class Timer implements AutoCloseable {
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "petacore-testkit");
            made.setDaemon(true);
            return made;
          });

  /** Runs a task after a delay; tasks of equal delays run in order. */
  void after(Duration delay, Runnable task) {
    if (!thread.isShutdown()) {
      var unused = thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a listener did not return within 10 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
