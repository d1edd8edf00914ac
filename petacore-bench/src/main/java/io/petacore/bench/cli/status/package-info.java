/** How a namespace and its store are doing. */
@NullMarked
package io.petacore.bench.cli.status;

import org.jspecify.annotations.NullMarked;
