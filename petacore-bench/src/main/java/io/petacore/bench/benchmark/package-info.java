/** What the benchmarks of reading and of writing share: jetcd as a reference, and a chart. */
@NullMarked
package io.petacore.bench.benchmark;

import org.jspecify.annotations.NullMarked;
