/**
 * Keys, values and key ranges, as immutable byte strings.
 *
 * <p>Arguments and results are not null unless marked {@code @Nullable}.
 */
@NullMarked
package io.petacore.data;

import org.jspecify.annotations.NullMarked;
