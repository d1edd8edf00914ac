package io.petacore.bench.support.console;

import picocli.CommandLine.ParseResult;

/** How much is shown of what goes on inside. */
public final class Verbosity {
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** Quieter than the rest by default; see simplelogger.properties. */
  private static final String SERVER_CHECK =
      "org.slf4j.simpleLogger.log.io.petacore.etcd.ServerCheck";

  private Verbosity() {}

  /**
   * Shows more of the log, the more often {@code -v} was given. To be called while the command line
   * is parsed: the log's backend reads its level once, when the first logger is made.
   */
  public static void raise(int times) {
    String level = times > 1 ? "debug" : "info";
    System.setProperty(LEVEL, level);
    System.setProperty(SERVER_CHECK, level);
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
