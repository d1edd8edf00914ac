/** Micro-benchmarks and JMH's own runner. */
@NullMarked
package io.petacore.bench.benchmark.micro;

import org.jspecify.annotations.NullMarked;
