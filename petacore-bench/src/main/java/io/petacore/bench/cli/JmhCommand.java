package io.petacore.bench.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jmh}: runs JMH with the arguments unchanged. */
@Command(
    name = "jmh",
    description = {
      "Runs the JMH benchmarks; all arguments but --help are passed to JMH.",
      "",
      "Options of JMH: petacore.jar jmh -h"
    },
    footer = {
      "",
      "Examples:",
      "  petacore.jar jmh -l",
      "  petacore.jar jmh PointRead -f 1 -wi 3 -i 5 -prof gc"
    })
public final class JmhCommand implements Callable<Integer> {
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  void help(boolean requested) {
    // picocli prints the help.
  }

  @Parameters(paramLabel = "ARGUMENT", description = "An argument for JMH.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
