package io.petacore.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that work beside a test. The first failure of any stops all of them and fails the test at
 * {@link #join()} or {@link #close()}.
 */
public final class Crew implements AutoCloseable {

  /** What a thread does. */
  @FunctionalInterface
  public interface Task {
    /** Does it once. */
    void run() throws Exception;
  }

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  /** A thread that does something once. */
  public void start(Task task) {
    Thread thread = new Thread(() -> attempt(task), "crew-" + threads.size());
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** A thread that does something until the crew is stopped. */
  public void repeat(Task task) {
    start(
        () -> {
          while (!stopped) {
            task.run();
          }
        });
  }

  private void attempt(Task task) {
    try {
      task.run();
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      stopped = true;
    }
  }

  /** Whether {@link #stop} was called, or something failed. */
  public boolean isStopped() {
    return stopped;
  }

  /** Ends the repeated tasks of {@link #repeat}. */
  public void stop() {
    stopped = true;
  }

  /** Waits for all threads to end by themselves, and passes on what failed. */
  public void join() {
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE.toSeconds()));
        if (thread.isAlive()) {
          AssertionError stuck = new AssertionError(thread.getName() + " does not end");
          stuck.setStackTrace(thread.getStackTrace());
          throw stuck;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a thread beside the test failed: " + failed, failed);
    }
  }

  /** {@link #stop()} and {@link #join()}. */
  @Override
  public void close() {
    stop();
    join();
  }
}
