/** A long run of a storage that checks for memory growth and for inconsistent scans. */
@NullMarked
package io.petacore.bench.benchmark.soak;

import org.jspecify.annotations.NullMarked;
