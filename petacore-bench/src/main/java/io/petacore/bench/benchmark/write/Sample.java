package io.petacore.bench.benchmark.write;

import io.petacore.bench.support.console.Latencies;

/**
 * What one side did in one round.
 *
 * @param operations how many were done
 * @param nanos how long it took
 * @param latencies how long each took
 */
record Sample(long operations, long nanos, Latencies latencies) {

  double perSecond() {
    return operations * 1e9 / nanos;
  }

  long median() {
    return latencies.percentile(0.5);
  }
}
