/** Sets of entries: read from files, generated, and loaded into a namespace. */
@NullMarked
package io.petacore.bench.support.dataset;

import org.jspecify.annotations.NullMarked;
