package io.petacore.internal.concurrent;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongUnaryOperator;

/**
 * Exponential backoff with full jitter: each delay is drawn evenly from zero to a bound that
 * doubles up to a maximum, so that clients that fail together do not retry together (Brooker,
 * "Exponential Backoff And Jitter", 2015). To be used by one thread at a time.
 */
public final class Backoff {

  private static final Duration FIRST = Duration.ofMillis(20);

  /**
   * An election takes one to two seconds, during which requests are refused; what waits for it is
   * not to wait much longer than that.
   */
  private static final Duration MAX = Duration.ofMillis(500);

  private final long firstNanos;
  private final long maxNanos;
  private final LongUnaryOperator chance;
  private long boundNanos;

  /**
   * @param first the bound of the first delay
   * @param max the greatest bound
   */
  public Backoff(Duration first, Duration max) {
    this(first, max, bound -> ThreadLocalRandom.current().nextLong(bound));
  }

  /** Creates the backoff of requests to a store: from 20 ms to 500 ms. */
  public static Backoff ofRequests(Scheduler scheduler) {
    return new Backoff(FIRST, MAX, scheduler::chance);
  }

  /**
   * @param chance draws a number evenly from zero to below a bound
   */
  public Backoff(Duration first, Duration max, LongUnaryOperator chance) {
    this.chance = chance;
    this.firstNanos = first.toNanos();
    this.maxNanos = max.toNanos();
    this.boundNanos = firstNanos;
  }

  /** Returns the next delay. */
  public Duration next() {
    long delay = chance.applyAsLong(boundNanos + 1);
    boundNanos = Math.min(2 * boundNanos, maxNanos);
    return Duration.ofNanos(delay);
  }

  /** Starts again with the first bound. */
  public void reset() {
    boundNanos = firstNanos;
  }
}
