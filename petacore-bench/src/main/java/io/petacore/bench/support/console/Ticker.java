package io.petacore.bench.support.console;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Does something over and over while something else goes on, until it is closed. */
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
    // The executor repeats it; how it ends is of interest to nobody.
    var unused = executor.scheduleAtFixedRate(tick, period, period, unit);
  }

  /** Ticks every second, the first time after one. */
  public static Ticker everySecond(Runnable tick) {
    return new Ticker(tick, 1, TimeUnit.SECONDS);
  }

  /** Ticks every millisecond, the first time after one. */
  public static Ticker everyMillisecond(Runnable tick) {
    return new Ticker(tick, 1, TimeUnit.MILLISECONDS);
  }

  /** Ends the ticking; a tick under way is waited for, so that no line comes after the last one. */
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
