/** Command-line options for a store, and the stores that they open. */
@NullMarked
package io.petacore.bench.support.connection;

import org.jspecify.annotations.NullMarked;
