package io.petacore.bench.benchmark.read;

/** A way to measure a line, once in each round. */
@FunctionalInterface
interface Probe {
  Reading measure(MicroBenchmarks round) throws Exception;
}
