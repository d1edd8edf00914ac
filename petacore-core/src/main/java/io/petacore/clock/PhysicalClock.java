package io.petacore.clock;

import java.time.Instant;

/** The wall clock that a hybrid logical clock is fed from; a test gives its own. */
@FunctionalInterface
public interface PhysicalClock {

  /** Nanoseconds since the epoch; may stand still or go back. Called by any thread. */
  long nanos();

  /** The system's clock, as fine as the platform has it. */
  static PhysicalClock system() {
    return () -> {
      Instant now = Instant.now();
      return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
    };
  }
}
