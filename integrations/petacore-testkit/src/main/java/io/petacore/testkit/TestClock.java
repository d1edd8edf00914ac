package io.petacore.testkit;

import io.petacore.clock.PhysicalClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The wall clock of all nodes of a {@link TestCluster}. It stands still unless it is set, and
 * starts at the time of its creation. Timestamps of commits come from it; timeouts do not. Safe for
 * use by many threads.
 */
public final class TestClock implements PhysicalClock {
  private final AtomicLong nanos;

  TestClock(Instant start) {
    this.nanos = new AtomicLong(nanosOf(start));
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  /**
   * Reads the clock.
   *
   * @return the time that it shows
   */
  public Instant now() {
    return Instant.EPOCH.plusNanos(nanos());
  }

  /**
   * Sets the clock, forward or back. Timestamps rise nevertheless.
   *
   * @param instant the time to show, from 1970 to 2200
   */
  public void set(Instant instant) {
    nanos.set(nanosOf(instant));
  }

  /**
   * Moves the clock.
   *
   * @param duration what to add; negative to move it back
   */
  public void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  private static long nanosOf(Instant instant) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, instant);
  }
}
