/** Files of keys and values, read, written and made up. */
@NullMarked
package io.petacore.bench.support.dataset;

import org.jspecify.annotations.NullMarked;
