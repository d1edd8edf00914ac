/** Seats that several processes sell at once, each to one order. */
@NullMarked
package io.petacore.examples.booking;

import org.jspecify.annotations.NullMarked;
