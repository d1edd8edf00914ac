package io.petacore.simulation;

import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time and the queue of events. Events run one after another; the order of events at the
 * same time is drawn from the seed, as is every other random decision. So the same seed gives the
 * same run.
 */
final class Timeline {

  static final long MICROSECOND = 1_000;
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000_000_000;

  private record Event(long at, int tie, long number, @Nullable Life of, Runnable action)
      implements Comparable<Event> {

    // By hand, since comparators made of the accessors took a tenth of a run.
    @Override
    public int compareTo(Event other) {
      if (at != other.at) {
        return Long.compare(at, other.at);
      }
      return tie != other.tie
          ? Integer.compare(tie, other.tie)
          : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Random random;
  private final Trace trace;
  private long now;
  private long number;

  Timeline(long seed, Trace trace) {
    this.random = new Random(seed);
    this.trace = trace;
  }

  /** Returns the source of all random decisions. */
  Random random() {
    return random;
  }

  /** Returns the time in nanoseconds since the start of the run. */
  long now() {
    return now;
  }

  /** Returns a random duration of the same order of magnitude. */
  long about(long nanos) {
    return (long) (nanos * Math.exp(random.nextGaussian() * 0.8));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /**
   * Schedules an event.
   *
   * @param of the process that it belongs to; null for none
   */
  void after(long nanos, @Nullable Life of, Runnable action) {
    events.add(new Event(now + Math.max(0, nanos), random.nextInt(), number++, of, action));
  }

  /**
   * Runs the next event. There always is one: the wait for the end of a run schedules its own
   * checks.
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
