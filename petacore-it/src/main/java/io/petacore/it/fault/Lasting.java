package io.petacore.it.fault;

import io.petacore.testing.Await;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for the duration of a fault. */
@FunctionalInterface
public interface Lasting {

  /** Returns after the duration, or earlier if the run is stopped. */
  void last(Duration time);

  /** Waits in real time and returns early when {@code stopped} is true. */
  static Lasting until(BooleanSupplier stopped) {
    return time -> {
      long started = System.nanoTime();
      Await.until(
          "the fault has lasted for its duration",
          time.plus(Await.PATIENCE),
          () -> System.nanoTime() - started >= time.toNanos() || stopped.getAsBoolean());
    };
  }
}
