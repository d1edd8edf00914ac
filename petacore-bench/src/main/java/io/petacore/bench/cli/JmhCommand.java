package io.petacore.bench.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hands its arguments, as they are, to JMH's own runner. */
@Command(
    name = "jmh",
    description = {
      "Runs the micro-benchmarks with JMH; every argument but --help goes to JMH.",
      "",
      "JMH explains its own options with: petacore.jar jmh -h"
    },
    footer = {
      "",
      "Examples:",
      "  petacore.jar jmh -l",
      "  petacore.jar jmh PointRead -f 1 -wi 3 -i 5 -prof gc"
    })
public final class JmhCommand implements Callable<Integer> {
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  void help(boolean asked) {
    // Reading the option is enough: picocli shows the help by itself.
  }

  @Parameters(paramLabel = "ARGUMENT", description = "Whatever JMH understands.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
