/** What every command shares towards people: errors, figures, tables, options' bounds. */
@NullMarked
package io.petacore.bench.support.console;

import org.jspecify.annotations.NullMarked;
