/** Console output and option handling that all commands share. */
@NullMarked
package io.petacore.bench.support.console;

import org.jspecify.annotations.NullMarked;
