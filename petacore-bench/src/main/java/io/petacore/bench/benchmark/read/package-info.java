/**
 * Measures the read path, each piece of work beside its reference in the same run: what runs in
 * memory by JMH, what etcd takes part in by hand.
 */
@NullMarked
package io.petacore.bench.benchmark.read;

import org.jspecify.annotations.NullMarked;
