package io.petacore.internal.time;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A moment of monotonic time by which something has to be done. Immutable. */
public final class Deadline {

  private final LongSupplier clock;
  private final long at;

  private Deadline(LongSupplier clock, long at) {
    this.clock = clock;
    this.at = at;
  }

  /** The moment that lies a duration ahead. */
  public static Deadline in(Duration duration, LongSupplier nanoTime) {
    return new Deadline(nanoTime, nanoTime.getAsLong() + duration.toNanos());
  }

  /** Nanoseconds left; not positive once it has passed. */
  public long remainingNanos() {
    return at - clock.getAsLong();
  }

  /** Whether it has passed. */
  public boolean hasPassed() {
    return remainingNanos() <= 0;
  }
}
