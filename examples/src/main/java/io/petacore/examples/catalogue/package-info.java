/** A catalogue of cities, found by country and size. */
@NullMarked
package io.petacore.examples.catalogue;

import org.jspecify.annotations.NullMarked;
