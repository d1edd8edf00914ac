/** What the read and the write benchmarks share: jetcd as the reference, and a chart. */
@NullMarked
package io.petacore.bench.benchmark;

import org.jspecify.annotations.NullMarked;
