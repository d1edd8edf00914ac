/** Decoded values, kept beside the versions that they come from. */
@NullMarked
package io.petacore.internal.decoded;

import org.jspecify.annotations.NullMarked;
