/** Statements typed or piped, run against a storage. */
@NullMarked
package io.petacore.bench.shell;

import org.jspecify.annotations.NullMarked;
