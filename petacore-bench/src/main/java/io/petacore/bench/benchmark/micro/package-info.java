/** JMH benchmarks of the read path and of the cache. */
@NullMarked
package io.petacore.bench.benchmark.micro;

import org.jspecify.annotations.NullMarked;
