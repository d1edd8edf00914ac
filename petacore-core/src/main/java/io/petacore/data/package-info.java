/** Keys, values and ranges: immutable byte strings and what is built of them. */
@NullMarked
package io.petacore.data;

import org.jspecify.annotations.NullMarked;
