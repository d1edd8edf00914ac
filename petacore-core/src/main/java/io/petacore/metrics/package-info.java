/** The metrics of a storage: their definitions, their values, and recorders of latencies. */
@NullMarked
package io.petacore.metrics;

import org.jspecify.annotations.NullMarked;
