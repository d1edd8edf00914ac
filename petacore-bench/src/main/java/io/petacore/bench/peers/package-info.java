/** Measures PetaCore beside what else one would take, each in a class path of its own. */
@NullMarked
package io.petacore.bench.peers;

import org.jspecify.annotations.NullMarked;
