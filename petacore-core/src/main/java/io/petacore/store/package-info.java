/** The SPI between PetaCore and the ordered, durable store below it. */
@NullMarked
package io.petacore.store;

import org.jspecify.annotations.NullMarked;
