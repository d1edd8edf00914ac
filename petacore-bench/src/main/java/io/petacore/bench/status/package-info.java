/** How a namespace and its store are doing. */
@NullMarked
package io.petacore.bench.status;

import org.jspecify.annotations.NullMarked;
