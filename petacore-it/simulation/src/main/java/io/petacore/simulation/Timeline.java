package io.petacore.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and everything that is going to happen in it. One event happens after the other;
 * which of those that fall on the same moment comes first is drawn from the seed, as is everything
 * else that is left to chance. So the same seed gives the same run.
 */
final class Timeline {

  static final long MICROSECOND = 1_000;
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000_000_000;

  private record Event(long at, int tie, long number, @Nullable Life of, Runnable action) {}

  private static final Comparator<Event> ORDER =
      Comparator.comparingLong(Event::at)
          .thenComparingInt(Event::tie)
          .thenComparingLong(Event::number);

  private final PriorityQueue<Event> events = new PriorityQueue<>(ORDER);
  private final Random random;
  private final Trace trace;
  private long now;
  private long number;

  Timeline(long seed, Trace trace) {
    this.random = new Random(seed);
    this.trace = trace;
  }

  /** What everything that is left to chance is drawn from. */
  Random random() {
    return random;
  }

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  /** A duration of the order of one given, a few times longer or shorter. */
  long about(long nanos) {
    return (long) (nanos * Math.exp(random.nextGaussian() * 0.8));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /**
   * Has something happen later.
   *
   * @param of whose life it is part of; null for what is part of none
   */
  void after(long nanos, @Nullable Life of, Runnable action) {
    events.add(new Event(now + Math.max(0, nanos), random.nextInt(), number++, of, action));
  }

  /**
   * Lets the next event happen. There is one: whoever waits for the end of a run does so in turns.
   */
  void step() {
    Event next = events.remove();
    Life of = next.of();
    if (of != null && of.isDead()) {
      return;
    }
    if (of != null && of.stoppedUntil() > Math.max(now, next.at())) {
      events.add(new Event(of.stoppedUntil(), next.tie(), next.number(), of, next.action()));
      return;
    }
    now = Math.max(now, next.at());
    trace.mix(now);
    next.action().run();
  }
}
