package io.petacore.bench.support.console;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How a benchmark measures: the options that all of them have, as a mixin. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class Measuring {

  /**
   * Arguments for a JVM that measures: its heap is as large as it gets from the beginning, and
   * touched. A virtual machine may take microseconds to give a page of memory, which is not what is
   * to be measured.
   */
  public static final List<String> HEAP = List.of("-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch");

  /**
   * One more for work that leaves much garbage: it takes G1 half a minute to find the size of its
   * young generation, during which such work is slow.
   */
  public static final String YOUNG = "-Xmn1g";

  @Option(
      names = "--seconds",
      defaultValue = "3",
      description =
          "How long each side, or both in turns, is measured in each round (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description =
          "How long each side works before it is measured (default: ${DEFAULT-VALUE}): it takes"
              + " seconds until the compiler is done with either.")
  private int warmUp;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description =
          "How often the two sides take turns; an odd number, since the median counts"
              + " (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the lines whose name holds this text.")
  private @Nullable String only;

  /** A value out of bounds is a usage error of this command. */
  public void check(CommandLine command) {
    Bounds bounds = new Bounds(command);
    bounds.check("--seconds", seconds, 1, 3600);
    bounds.check("--warm-up", warmUp, 1, 3600);
    bounds.check("--rounds", rounds, 1, 99);
    bounds.checkOdd("--rounds", rounds);
  }

  /** How long each side is measured in each round. */
  public Duration time() {
    return Duration.ofSeconds(seconds);
  }

  /** How long each side works before. */
  public Duration warmUp() {
    return Duration.ofSeconds(warmUp);
  }

  /** How often the two sides take turns. */
  public int rounds() {
    return rounds;
  }

  /** Whether a line is to be measured. */
  public boolean includes(String line) {
    return only == null || line.contains(only);
  }
}
