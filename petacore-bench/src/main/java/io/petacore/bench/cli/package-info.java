/** The command-line application: its main class and the commands for a namespace. */
@NullMarked
package io.petacore.bench.cli;

import org.jspecify.annotations.NullMarked;
