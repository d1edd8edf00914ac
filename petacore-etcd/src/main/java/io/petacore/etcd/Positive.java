package io.petacore.etcd;

import java.time.Duration;

/** Checks that a setting is positive. */
final class Positive {
  private static final Duration MAX_DURATION = Duration.ofDays(1);

  private Positive() {}

  /**
   * Returns a duration that is positive, and at most one day.
   *
   * @param name the name of the setting, for the message
   * @throws IllegalArgumentException if it is not
   */
  static Duration of(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          "the " + name + " must be positive and at most " + MAX_DURATION + ": " + duration);
    }
    return duration;
  }

  /**
   * Returns a number that is positive.
   *
   * @param name the name of the setting, for the message
   * @throws IllegalArgumentException if it is not
   */
  static int of(int number, String name) {
    if (number <= 0) {
      throw new IllegalArgumentException(name + " must be positive: " + number);
    }
    return number;
  }
}
