/** The command-line application and the benchmarks. */
@NullMarked
package io.petacore.bench;

import org.jspecify.annotations.NullMarked;
