package io.petacore.bench.support.console;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Runs a task periodically on a daemon thread until it is closed. */
public final class Ticker implements AutoCloseable {
  private final ScheduledExecutorService executor;

  private Ticker(Runnable tick, long period, TimeUnit unit) {
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "ticker");
              thread.setDaemon(true);
              return thread;
            });
    // Ends when the executor is shut down.
    var unused = executor.scheduleAtFixedRate(tick, period, period, unit);
  }

  /** Runs a task every second, for the first time after one second. */
  public static Ticker everySecond(Runnable tick) {
    return new Ticker(tick, 1, TimeUnit.SECONDS);
  }

  /**
   * Evaluates a condition every millisecond until it holds.
   *
   * @return whether it held within the timeout
   */
  public static boolean await(BooleanSupplier condition, Duration timeout)
      throws InterruptedException {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    Runnable evaluation =
        () -> {
          try {
            if (condition.getAsBoolean()) {
              result.complete(true);
            }
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        };
    Ticker ticker = new Ticker(evaluation, 1, TimeUnit.MILLISECONDS);
    try {
      return result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the awaited condition failed", e.getCause());
    } finally {
      ticker.close();
    }
  }

  /** Stops; waits up to 5 s for a run in progress, so that it does not print after this returns. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      executor.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
