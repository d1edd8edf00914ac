/** What metrics and JFR events cost. */
@NullMarked
package io.petacore.bench.benchmark.overhead;

import org.jspecify.annotations.NullMarked;
