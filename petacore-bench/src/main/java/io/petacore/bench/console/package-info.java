/** What every command shares towards people: errors, figures, tables, options' bounds. */
@NullMarked
package io.petacore.bench.console;

import org.jspecify.annotations.NullMarked;
