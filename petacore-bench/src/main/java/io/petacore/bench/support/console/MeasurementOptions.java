package io.petacore.bench.support.console;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Command-line options that all benchmarks share, as a mixin. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class MeasurementOptions {

  /**
   * JVM arguments for benchmarks: a heap of fixed size whose pages are touched at startup. On a
   * virtual machine the first access to a page can take microseconds.
   */
  public static final List<String> HEAP = List.of("-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch");

  /**
   * JVM argument for workloads that allocate much: fixes the size of the young generation, which G1
   * otherwise takes half a minute to adapt.
   */
  public static final String YOUNG = "-Xmn1g";

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description = "Measurement time per side and round, in seconds (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "Warm-up time per side, in seconds (default: ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Number of rounds, odd; the median round is reported (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Runs only the workloads whose name contains this text.")
  private @Nullable String only;

  /**
   * Validates the options.
   *
   * @throws CommandLine.ParameterException if a value is out of bounds
   */
  public void check(CommandLine command) {
    Bounds bounds = new Bounds(command);
    bounds.check("--seconds", seconds, 1, 3600);
    bounds.check("--warm-up", warmUp, 1, 3600);
    bounds.check("--rounds", rounds, 1, 99);
    bounds.checkOdd("--rounds", rounds);
  }

  /** Measurement time per side and round. */
  public Duration time() {
    return Duration.ofSeconds(seconds);
  }

  /** Warm-up time per side. */
  public Duration warmUp() {
    return Duration.ofSeconds(warmUp);
  }

  /** Number of rounds; odd. */
  public int rounds() {
    return rounds;
  }

  /**
   * Selects the workloads whose names contain the value of {@code --only}; all if it was not given.
   *
   * @throws CommandLine.ParameterException if no workload matches
   */
  public <W> List<W> select(CommandLine command, List<W> workloads, Function<W, String> name) {
    String text = only;
    if (text == null) {
      return workloads;
    }
    List<W> selected = workloads.stream().filter(w -> name.apply(w).contains(text)).toList();
    if (selected.isEmpty()) {
      throw new CommandLine.ParameterException(
          command,
          "no workload matches --only '"
              + text
              + "'; there are: "
              + workloads.stream().map(name).collect(Collectors.joining("; ")));
    }
    return selected;
  }
}
