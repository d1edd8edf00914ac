/**
 * Write benchmarks; each workload is compared with plain jetcd on the same etcd in the same run.
 */
@NullMarked
package io.petacore.bench.benchmark.write;

import org.jspecify.annotations.NullMarked;
