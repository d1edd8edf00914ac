/** The SPI for the ordered, durable store that PetaCore runs on. */
@NullMarked
package io.petacore.store;

import org.jspecify.annotations.NullMarked;
