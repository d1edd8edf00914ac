package io.petacore.clock;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A hybrid logical clock (Kulkarni, Demirbas et al., "Logical Physical Clocks", 2014) in one {@code
 * long}: nanoseconds since the epoch, ties broken by counting up, so that the logical part borrows
 * from the future of the physical one. At nanosecond grain a burst borrows less than a microsecond
 * per thousand events.
 *
 * <p><b>Rising.</b> No two calls of {@link #now()} return the same value, and later calls return
 * higher ones, whatever the physical clock does.
 *
 * <p><b>Causal.</b> After {@link #receive} of a timestamp, {@link #now()} is above it. Hazard: a
 * node whose wall clock is far ahead would drag every other along for good; hence a timestamp
 * further ahead than {@code maxOffset} is not let in, and causality with that node rests on the
 * order of the store alone, which is what versions are made from.
 *
 * <p>Safe for use by many threads; lock-free.
 */
public final class HybridLogicalClock {

  private final PhysicalClock physical;
  private final long maxOffsetNanos;
  private final AtomicLong last = new AtomicLong();

  /**
   * @param physical where wall time comes from
   * @param maxOffset how far ahead of it a received timestamp may be
   */
  public HybridLogicalClock(PhysicalClock physical, Duration maxOffset) {
    this.physical = physical;
    this.maxOffsetNanos = maxOffset.toNanos();
  }

  /** A timestamp above every one that was given out or let in before. */
  public long now() {
    long wall = physical.nanos();
    return last.updateAndGet(previous -> Math.max(wall, previous + 1));
  }

  /**
   * Lets a timestamp of another node in, unless it is further ahead of the wall clock than the
   * offset allowed.
   *
   * @return whether it was let in
   */
  public boolean receive(long timestamp) {
    if (timestamp <= last.get()) {
      return true;
    }
    long wall = physical.nanos();
    long ahead = timestamp - wall;
    boolean overflown = timestamp > wall && ahead < 0;
    if (overflown || ahead > maxOffsetNanos) {
      return false;
    }
    last.accumulateAndGet(timestamp, Math::max);
    return true;
  }
}
