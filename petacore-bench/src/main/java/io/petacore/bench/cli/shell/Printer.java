package io.petacore.bench.cli.shell;

/** Prints lines of the shell. Called by the shell's thread and by the watch's thread. */
interface Printer {
  /** Prints a line of output. */
  void line(String text);

  /** Prints an error message. */
  void error(String text);
}
