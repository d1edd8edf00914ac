/** Where PetaCore keeps what in a namespace, and how the values it owns are encoded. */
@NullMarked
package io.petacore.internal.format;

import org.jspecify.annotations.NullMarked;
