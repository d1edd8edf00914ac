package io.petacore.clock;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The wall clock that a hybrid logical clock is fed from; a test gives its own. */
@FunctionalInterface
public interface PhysicalClock {

  /** Nanoseconds since the epoch; may stand still or go back. Called by any thread. */
  long nanos();

  /** The system's clock, as fine as the platform has it. */
  static PhysicalClock system() {
    return () -> ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }
}
