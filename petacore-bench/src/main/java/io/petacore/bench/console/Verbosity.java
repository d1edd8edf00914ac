package io.petacore.bench.console;

import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The option {@code -v}: how much of the log is shown, on standard error. */
public final class Verbosity {
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /**
   * Takes effect while the command line is parsed: the log's backend reads its level once, when the
   * first logger is made.
   */
  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, on standard error, and show stack traces; -vv for still more.")
  void raise(boolean[] times) {
    System.setProperty(LEVEL, times.length > 1 ? "debug" : "info");
  }

  /** Whether the command that was parsed, or one of its subcommands, was asked to be verbose. */
  public static boolean asked(ParseResult parsed) {
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption("-v")) {
        return true;
      }
    }
    return false;
  }
}
