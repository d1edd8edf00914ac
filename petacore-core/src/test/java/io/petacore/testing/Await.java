package io.petacore.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a condition that is not signalled, with a deadline. It returns as soon as the condition
 * holds, so that a generous deadline costs a passing test nothing.
 */
public final class Await {

  /**
   * Long enough for a busy machine; only a failing test ever waits so long. A caller that expects
   * tests to fail may set less.
   */
  public static final Duration PATIENCE =
      Duration.parse(System.getProperty("petacore.test.patience", "PT30S"));

  private static final long PAUSE_NANOS = 1_000_000;

  private Await() {}

  /** Waits for {@link #PATIENCE} at most. */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, PATIENCE, condition);
  }

  /**
   * Waits until the condition holds; an exception that it throws means not yet.
   *
   * @throws AssertionError at the deadline, with the last exception as its cause
   */
  public static void until(String what, Duration patience, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Exception last = null;
      try {
        if (condition.call()) {
          return;
        }
      } catch (Exception e) {
        last = e;
      }
      if (System.nanoTime() - deadline >= 0) {
        throw new AssertionError("not within " + patience + ": " + what, last);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting: " + what, last);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits for a value to appear; null means not yet. */
  public static <T> T value(String what, Callable<@Nullable T> source) {
    Holder<T> holder = new Holder<>();
    until(what, () -> (holder.value = source.call()) != null);
    T found = holder.value;
    if (found == null) {
      throw new AssertionError(what);
    }
    return found;
  }

  private static final class Holder<T> {
    private @Nullable T value;
  }

  /** Waits until a thread waits for something, or has ended. */
  public static void atRest(Thread thread) {
    until(
        thread + " is at rest",
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING, TERMINATED -> true;
              default -> false;
            });
  }
}
