/** Micro-benchmarks and JMH's own runner. */
@NullMarked
package io.petacore.bench.jmh;

import org.jspecify.annotations.NullMarked;
