/** A store in memory, for trying the library, for tests, and for several nodes in one process. */
@NullMarked
package io.petacore.store.embedded;

import org.jspecify.annotations.NullMarked;
