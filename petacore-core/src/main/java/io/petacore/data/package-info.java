/** Keys, values and key ranges, as immutable byte strings. */
@NullMarked
package io.petacore.data;

import org.jspecify.annotations.NullMarked;
