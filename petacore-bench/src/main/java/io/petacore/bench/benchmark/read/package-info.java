/**
 * Read benchmarks; each workload is compared with a reference in the same run. Those in memory use
 * JMH, those with etcd do not.
 */
@NullMarked
package io.petacore.bench.benchmark.read;

import org.jspecify.annotations.NullMarked;
