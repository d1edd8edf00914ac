package io.petacore.simulation;

import java.util.List;
import java.util.Map;

/**
 * The result of a run.
 *
 * @param hash a hash of all events: equal for equal runs
 * @param violations the violations found
 * @param counts the number of events by kind
 * @param faults the number of times that each fault struck
 */
record Result(
    long seed,
    long hash,
    List<AssertionError> violations,
    Map<String, Long> counts,
    Map<Fault, Integer> faults) {

  boolean isRight() {
    return violations.isEmpty();
  }
}
