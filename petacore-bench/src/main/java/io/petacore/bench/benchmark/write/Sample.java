package io.petacore.bench.benchmark.write;

import io.petacore.bench.support.console.Latencies;

/**
 * The result of one side in one round.
 *
 * @param operations number of operations
 * @param nanos duration of the round
 * @param latencies latency of each operation
 */
record Sample(long operations, long nanos, Latencies latencies) {

  double perSecond() {
    return operations * 1e9 / nanos;
  }

  long median() {
    return latencies.percentile(0.5);
  }
}
