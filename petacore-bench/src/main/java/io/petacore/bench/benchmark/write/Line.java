package io.petacore.bench.benchmark.write;

import org.jspecify.annotations.Nullable;

/**
 * A line of the table.
 *
 * @param name what is done
 * @param measure what is compared
 * @param wanted the ratio that is wanted: at least, of a throughput; at most, of a latency; 0 for
 *     none
 * @param reference what it stands beside; null for nothing
 * @param work what PetaCore does
 * @param check looks, after the last round, whether what was done is there
 */
record Line(
    String name, Measure measure, double wanted, @Nullable Work reference, Work work, Check check) {

  enum Measure {
    THROUGHPUT,
    MEDIAN_LATENCY
  }

  /** Looks whether what was done is there. */
  @FunctionalInterface
  interface Check {
    /** What was found, in a few words; throws if something is missing. */
    String run() throws Exception;
  }
}
