package io.petacore.clock;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The wall clock of a {@link HybridLogicalClock}; replaceable for tests. */
@FunctionalInterface
public interface PhysicalClock {

  /**
   * Reads the clock. Called by any thread; must neither block nor throw.
   *
   * @return nanoseconds since 1970-01-01T00:00:00Z; may stall or go back
   */
  long nanos();

  /**
   * Returns the system clock, at the resolution of the platform. It stops in the year 2262, when
   * nanoseconds exceed a {@code long}.
   *
   * @return a clock that any thread may read
   */
  static PhysicalClock system() {
    return () -> nanosOf(Instant.now());
  }

  private static long nanosOf(Instant instant) {
    boolean exceeds = instant.getEpochSecond() >= Long.MAX_VALUE / 1_000_000_000;
    return exceeds ? Long.MAX_VALUE : ChronoUnit.NANOS.between(Instant.EPOCH, instant);
  }
}
