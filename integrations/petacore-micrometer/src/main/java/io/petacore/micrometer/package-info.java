/** Metrics and traces of PetaCore, with Micrometer. */
@NullMarked
package io.petacore.micrometer;

import org.jspecify.annotations.NullMarked;
