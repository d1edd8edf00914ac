package io.petacore.it.chaos;

import io.petacore.clock.PhysicalClock;
import java.time.Duration;

/** A wall clock that can be put ahead or back. */
final class SkewedClock implements PhysicalClock {

  private final PhysicalClock system = PhysicalClock.system();
  private volatile long offsetNanos;

  @Override
  public long nanos() {
    return system.nanos() + offsetNanos;
  }

  /** Puts it ahead of the system's clock, or behind; zero puts it right. */
  void skew(Duration offset) {
    offsetNanos = offset.toNanos();
  }
}
