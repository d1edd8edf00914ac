package io.petacore.bench.cli.shell;

/** Where the shell writes lines: also called by the watch's thread while a line is being typed. */
interface Printer {
  /** A line of an answer. */
  void line(String text);

  /** A line that says what went wrong. */
  void error(String text);
}
