package io.petacore.clock;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A hybrid logical clock (Kulkarni, Demirbas et al., "Logical Physical Clocks", 2014) in one {@code
 * long}: nanoseconds since the epoch. Ties are broken by incrementing, so the logical part runs
 * ahead of the physical clock by at most a microsecond per thousand events.
 *
 * <p><b>Monotonic.</b> {@link #now()} never returns the same value twice, and later calls return
 * higher values, whatever the physical clock does.
 *
 * <p><b>Causal.</b> After {@link #receive} has accepted a timestamp, {@link #now()} is above it.
 * Hazard: a node whose wall clock is far ahead would permanently advance the clocks of all others.
 * Timestamps further ahead than {@code maxOffset} are therefore refused. Causality with such a node
 * then follows from the order of revisions alone, which determines the timestamps of versions.
 *
 * <p>Safe for use by many threads; lock-free.
 */
public final class HybridLogicalClock {

  private final PhysicalClock physical;
  private final long maxOffsetNanos;
  private final AtomicLong last = new AtomicLong();

  /**
   * Creates a clock.
   *
   * @param physical the wall clock
   * @param maxOffset the maximum by which a received timestamp may be ahead of the wall clock
   * @throws ArithmeticException if the offset exceeds 292 years, the range of nanoseconds in a
   *     {@code long}
   */
  public HybridLogicalClock(PhysicalClock physical, Duration maxOffset) {
    this.physical = physical;
    this.maxOffsetNanos = maxOffset.toNanos();
  }

  /**
   * Returns a timestamp above all that were returned or accepted before.
   *
   * @return nanoseconds since 1970-01-01T00:00:00Z, at least the reading of the wall clock
   */
  public long now() {
    long wall = physical.nanos();
    return last.updateAndGet(previous -> Math.max(wall, previous + 1));
  }

  /**
   * Advances the clock to a timestamp of another node, unless it is further ahead of the wall clock
   * than the maximum offset.
   *
   * @param timestamp nanoseconds since 1970-01-01T00:00:00Z
   * @return true if {@link #now()} is above the timestamp from now on; false if it was refused and
   *     the clock is unchanged
   */
  public boolean receive(long timestamp) {
    if (timestamp <= last.get()) {
      return true;
    }
    long wall = physical.nanos();
    long ahead = timestamp - wall;
    boolean overflow = timestamp > wall && ahead < 0;
    if (overflow || ahead > maxOffsetNanos) {
      return false;
    }
    last.accumulateAndGet(timestamp, Math::max);
    return true;
  }
}
