/** The failures that PetaCore reports to an application. */
@NullMarked
package io.petacore.error;

import org.jspecify.annotations.NullMarked;
