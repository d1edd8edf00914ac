package io.petacore.bench.benchmark.read;

/** Measures a workload once per round. */
@FunctionalInterface
interface Probe {
  Measurement measure(JmhRunner runner) throws Exception;
}
