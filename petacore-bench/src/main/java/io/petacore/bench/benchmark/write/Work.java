package io.petacore.bench.benchmark.write;

import java.time.Duration;

/** A piece of work that is done over and over for some time. */
@FunctionalInterface
interface Work {
  Sample run(Duration time) throws Exception;
}
