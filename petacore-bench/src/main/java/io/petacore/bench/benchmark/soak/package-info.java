/** Works a storage for long, and looks whether memory stays what it was and every scan is whole. */
@NullMarked
package io.petacore.bench.benchmark.soak;

import org.jspecify.annotations.NullMarked;
