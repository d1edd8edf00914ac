package io.petacore.bench.benchmark.read;

/**
 * A workload and its reference.
 *
 * @param name its name in the table
 * @param reference the name of the reference; empty for none
 * @param unit the unit of the results
 * @param comparison how the result is compared with the reference
 * @param target the target; {@link Measurement#NONE} for none
 * @param targetBytes maximum number of bytes allocated per operation; {@link Measurement#NONE} for
 *     no limit
 * @param probe measures the workload
 */
record Workload(
    String name,
    String reference,
    Unit unit,
    Comparison comparison,
    double target,
    double targetBytes,
    Probe probe) {

  /** Creates a workload without a limit on allocation. */
  Workload(
      String name, String reference, Unit unit, Comparison comparison, double target, Probe probe) {
    this(name, reference, unit, comparison, target, Measurement.NONE, probe);
  }

  double compare(Measurement result) {
    return comparison.of(result.own(), result.reference());
  }
}
