package io.petacore.it.chaos;

import io.petacore.clock.PhysicalClock;
import java.time.Duration;

/** A wall clock with an adjustable offset. */
final class SkewedClock implements PhysicalClock {

  private final PhysicalClock system = PhysicalClock.system();
  private volatile long offsetNanos;

  @Override
  public long nanos() {
    return system.nanos() + offsetNanos;
  }

  /** Sets the offset from the system clock; may be negative. */
  void skew(Duration offset) {
    offsetNanos = offset.toNanos();
  }
}
