/** An interactive and scriptable shell for a namespace. */
@NullMarked
package io.petacore.bench.cli.shell;

import org.jspecify.annotations.NullMarked;
