/** The command-line application and the benchmarks. */
@NullMarked
package io.petacore.bench.cli;

import org.jspecify.annotations.NullMarked;
