/** Entry point: {@link DistributedStorage}, its settings and its status. */
@NullMarked
package io.petacore;

import org.jspecify.annotations.NullMarked;
