/** The hybrid logical clock that gives commits their versions. */
@NullMarked
package io.petacore.clock;

import org.jspecify.annotations.NullMarked;
