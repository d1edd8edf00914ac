package io.petacore.bench.benchmark.write;

import java.time.Duration;

/** Repeats an operation for a given time. */
@FunctionalInterface
interface TimedRun {
  Sample run(Duration time) throws Exception;
}
