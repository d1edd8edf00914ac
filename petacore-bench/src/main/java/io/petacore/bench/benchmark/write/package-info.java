/**
 * Measures the write path, each piece of work beside plain jetcd on the same etcd in the same run.
 */
@NullMarked
package io.petacore.bench.benchmark.write;

import org.jspecify.annotations.NullMarked;
