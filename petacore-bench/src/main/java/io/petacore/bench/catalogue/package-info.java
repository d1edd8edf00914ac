/** Files of keys and values, read, written and made up. */
@NullMarked
package io.petacore.bench.catalogue;

import org.jspecify.annotations.NullMarked;
