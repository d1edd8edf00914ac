/** One open storage: its immutable configuration, the wiring of its parts, opening and closing. */
@NullMarked
package io.petacore.internal.engine;

import org.jspecify.annotations.NullMarked;
