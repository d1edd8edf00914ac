/** Keys, values and ranges. */
@NullMarked
package io.petacore.data;

import org.jspecify.annotations.NullMarked;
