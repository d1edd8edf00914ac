package io.petacore.it.chaos;

import java.io.IOException;

/** Main class of {@code petacore-it/chaos}. */
final class Chaos {

  private Chaos() {}

  /** Runs chaos and writes the report; the exit status is 1 if a check failed. */
  public static void main(String[] arguments) throws IOException {
    RunResult result = ChaosRun.run(Options.parse(arguments));
    Report report = new Report(result);
    report.write();
    System.out.println(report.text());
    System.exit(result.failure() == null ? 0 : 1);
  }
}
