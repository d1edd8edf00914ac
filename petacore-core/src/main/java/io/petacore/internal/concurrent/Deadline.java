package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A moment of monotonic time by which something has to be done. Immutable. */
public final class Deadline {

  /** Longer durations would overflow, and make no difference. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final LongSupplier clock;
  private final long setAt;
  private final long at;

  private Deadline(LongSupplier clock, long setAt, long at) {
    this.clock = clock;
    this.setAt = setAt;
    this.at = at;
  }

  /**
   * The deadline that a duration from now ends at.
   *
   * @param nanoTime monotonic time
   */
  public static Deadline in(Duration duration, LongSupplier nanoTime) {
    Duration bounded = duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
    long now = nanoTime.getAsLong();
    return new Deadline(nanoTime, now, now + bounded.toNanos());
  }

  /** The monotonic time at which it was set. */
  public long setAt() {
    return setAt;
  }

  /** The nanoseconds left; 0 or less once it has passed. */
  public long remainingNanos() {
    return at - clock.getAsLong();
  }

  /** Whether it has passed. */
  public boolean hasPassed() {
    return remainingNanos() <= 0;
  }
}
