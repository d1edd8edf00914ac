package io.petacore.it.fault;

import io.petacore.testing.Await;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Lets faults last for their time. */
@FunctionalInterface
public interface Lasting {

  /** Returns when the time is over, or when nobody is interested any more. */
  void last(Duration time);

  /** The time as it is, ended early once that is wanted. */
  static Lasting until(BooleanSupplier givenUp) {
    return time -> {
      long begun = System.nanoTime();
      Await.until(
          "the fault has lasted for its time",
          time.plus(Await.PATIENCE),
          () -> System.nanoTime() - begun >= time.toNanos() || givenUp.getAsBoolean());
    };
  }
}
