/** The Synchronizer: initial load, watch loop, resync; the only writer of the cache. */
@NullMarked
package io.petacore.internal.sync;

import org.jspecify.annotations.NullMarked;
