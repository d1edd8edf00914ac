package io.petacore.it.chaos;

import java.io.IOException;

/** The command: {@code petacore-it/chaos}. */
final class Chaos {

  private Chaos() {}

  /** Runs, writes the report, and ends with status 1 if anything was not as it must be. */
  public static void main(String[] arguments) throws IOException {
    RunResult result = ChaosRun.run(Options.parse(arguments));
    Report report = new Report(result);
    report.write();
    System.out.println(report.text());
    System.exit(result.failure() == null ? 0 : 1);
  }
}
