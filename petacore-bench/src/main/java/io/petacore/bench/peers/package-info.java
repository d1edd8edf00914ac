/** Benchmarks PetaCore against its peers, each loaded from its own class path. */
@NullMarked
package io.petacore.bench.peers;

import org.jspecify.annotations.NullMarked;
