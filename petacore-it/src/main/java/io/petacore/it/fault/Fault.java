package io.petacore.it.fault;

import java.time.Duration;
import java.util.Random;

/**
 * A fault that is injected, lasts for a while, and is healed. Faults are drawn from a seed before
 * they are injected, so that timing does not influence the sequence.
 *
 * @param kind the kind of fault, for messages
 * @param victim the affected component, for messages
 * @param course injects and heals the fault
 */
public record Fault(String kind, String victim, Course course) {

  /** The course of a fault from injection to healing. */
  @FunctionalInterface
  public interface Course {
    /** Injects the fault, waits and heals it. The fault is healed when this returns or throws. */
    void run(Lasting lasting);
  }

  /**
   * Draws a duration.
   *
   * @param from minimum in milliseconds, inclusive
   * @param to maximum in milliseconds, exclusive
   */
  public static Duration millis(Random random, int from, int to) {
    return Duration.ofMillis(random.nextInt(from, to));
  }

  @Override
  public String toString() {
    return kind + " of " + victim;
  }
}
