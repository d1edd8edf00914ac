package io.petacore.clock;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The wall clock that a hybrid logical clock is fed from; a test gives its own. */
@FunctionalInterface
public interface PhysicalClock {

  /** Nanoseconds since the epoch; may stand still or go back. Called by any thread. */
  long nanos();

  /**
   * The system's clock, as fine as the platform has it. Past the year 2262, where nanoseconds
   * exceed a {@code long}, it stands still.
   */
  static PhysicalClock system() {
    return () -> nanosOf(Instant.now());
  }

  private static long nanosOf(Instant instant) {
    boolean exceeds = instant.getEpochSecond() >= Long.MAX_VALUE / 1_000_000_000;
    return exceeds ? Long.MAX_VALUE : ChronoUnit.NANOS.between(Instant.EPOCH, instant);
  }
}
