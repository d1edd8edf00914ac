package io.petacore.simulation;

import java.util.List;
import java.util.Map;

/**
 * What has come of a run.
 *
 * @param hash the same for runs in which the same happened
 * @param violations what must not be
 * @param counts how often what happened
 * @param faults how often each fault struck
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
