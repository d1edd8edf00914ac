/** The hybrid logical clock, which assigns timestamps to commits. */
@NullMarked
package io.petacore.clock;

import org.jspecify.annotations.NullMarked;
