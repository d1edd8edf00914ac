package io.petacore.bench.support.console;

import picocli.CommandLine.ParseResult;

/** Log level of the command line. */
public final class Verbosity {
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** Has a lower default level than other loggers; see simplelogger.properties. */
  private static final String SERVER_CHECK =
      "org.slf4j.simpleLogger.log.io.petacore.etcd.ServerCheck";

  private Verbosity() {}

  /**
   * Sets the log level. Must be called while the command line is parsed: the logging backend reads
   * its level once, when the first logger is created.
   *
   * @param times how often {@code -v} was given: once for info, more often for debug
   */
  public static void set(int times) {
    String level = times > 1 ? "debug" : "info";
    System.setProperty(LEVEL, level);
    System.setProperty(SERVER_CHECK, level);
  }

  /** Whether {@code -v} was given to the parsed command or one of its subcommands. */
  public static boolean isRequested(ParseResult parsed) {
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption("-v")) {
        return true;
      }
    }
    return false;
  }
}
