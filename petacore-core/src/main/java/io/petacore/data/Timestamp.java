package io.petacore.data;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A point in the order of commits: the hybrid-logical-clock timestamp of a revision. Timestamps
 * rise with the store's revisions, are the same on every node, and are close to the wall clock of
 * the node that committed. Immutable.
 *
 * <p>Not a revision: a revision counts the store's changes, a timestamp is a time.
 *
 * @param nanosSinceEpoch nanoseconds since 1970-01-01T00:00:00Z
 */
public record Timestamp(long nanosSinceEpoch) implements Comparable<Timestamp> {

  /**
   * Returns the timestamp of a number of nanoseconds.
   *
   * @param nanosSinceEpoch nanoseconds since 1970-01-01T00:00:00Z
   * @return the timestamp
   */
  public static Timestamp of(long nanosSinceEpoch) {
    return new Timestamp(nanosSinceEpoch);
  }

  /**
   * Returns the timestamp of an instant. Instants before the year 1678 and after 2262 become the
   * least and the greatest timestamp.
   *
   * @param instant a wall-clock time
   * @return the timestamp, to the nanosecond
   * @throws NullPointerException if the instant is null
   */
  public static Timestamp of(Instant instant) {
    requireNonNull(instant, "instant");
    try {
      return new Timestamp(ChronoUnit.NANOS.between(Instant.EPOCH, instant));
    } catch (ArithmeticException outside) {
      return new Timestamp(instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE);
    }
  }

  /**
   * Returns this timestamp as a wall-clock time.
   *
   * @return the instant, to the nanosecond
   */
  public Instant toInstant() {
    return Instant.EPOCH.plusNanos(nanosSinceEpoch);
  }

  @Override
  public int compareTo(Timestamp other) {
    return Long.compare(nanosSinceEpoch, other.nanosSinceEpoch);
  }

  /** {@return this timestamp in ISO 8601, for example {@code 2026-05-01T12:00:00.000000001Z}} */
  @Override
  public String toString() {
    return toInstant().toString();
  }
}
