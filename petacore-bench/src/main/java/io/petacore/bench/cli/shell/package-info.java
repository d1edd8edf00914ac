/** Statements typed or piped, run against a storage. */
@NullMarked
package io.petacore.bench.cli.shell;

import org.jspecify.annotations.NullMarked;
