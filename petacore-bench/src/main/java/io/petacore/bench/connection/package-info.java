/** The options that name a store, and the stores that they open. */
@NullMarked
package io.petacore.bench.connection;

import org.jspecify.annotations.NullMarked;
