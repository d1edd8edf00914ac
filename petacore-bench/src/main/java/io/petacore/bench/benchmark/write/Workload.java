package io.petacore.bench.benchmark.write;

import org.jspecify.annotations.Nullable;

/**
 * A workload and its reference.
 *
 * @param name its name in the table
 * @param measure the compared quantity
 * @param target the target ratio: a lower bound for a throughput, an upper bound for a latency; 0
 *     for none
 * @param reference the reference; null for none
 * @param own the workload with PetaCore
 * @param check verifies the writes after the last round
 * @param besideJetcd whether the reference uses jetcd; else it commits with PetaCore
 */
record Workload(
    String name,
    Measure measure,
    double target,
    @Nullable TimedRun reference,
    TimedRun own,
    Check check,
    boolean besideJetcd) {

  /** A workload beside jetcd. */
  Workload(
      String name,
      Measure measure,
      double target,
      @Nullable TimedRun reference,
      TimedRun own,
      Check check) {
    this(name, measure, target, reference, own, check, true);
  }

  /** The throughput of a workload beside commits of PetaCore. */
  static Workload besideCommits(String name, double target, TimedRun commits, TimedRun own) {
    return new Workload(name, Measure.THROUGHPUT, target, commits, own, () -> "", false);
  }

  enum Measure {
    THROUGHPUT,
    MEDIAN_LATENCY
  }

  /** Verifies the writes of a workload. */
  @FunctionalInterface
  interface Check {
    /** Returns a short note for the table; throws if a write is missing. */
    String run() throws Exception;
  }
}
