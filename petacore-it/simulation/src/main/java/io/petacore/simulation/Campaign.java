package io.petacore.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs many seeds and sums up what happened in them. */
final class Campaign {

  private static final int VIOLATIONS_SHOWN = 5;

  private final List<Result> failed = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final long begun = System.nanoTime();
  private long runs;

  Result run(long seed) {
    Result result = Simulation.run(seed, false);
    runs++;
    result.counts().forEach((what, times) -> counts.merge(what, times, Long::sum));
    result.faults().forEach((what, times) -> faults.merge(what, (long) times, Long::sum));
    if (!result.isRight()) {
      failed.add(result);
    }
    return result;
  }

  boolean isRight() {
    return failed.isEmpty();
  }

  long runs() {
    return runs;
  }

  double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Describes the failed runs, and how to repeat each. */
  String failures() {
    return failed.stream().map(Campaign::describe).collect(Collectors.joining("\n"));
  }

  private static String describe(Result result) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.println(
        "seed "
            + result.seed()
            + " fails; to see every step: mvn -pl petacore-it/simulation -am test"
            + " -Dsurefire.failIfNoSpecifiedTests=false"
            + " -Dtest=SimulationTest#aGivenSeed -Dpetacore.simulation.seed="
            + result.seed());
    for (AssertionError violation : result.violations().stream().limit(VIOLATIONS_SHOWN).toList()) {
      out.println("  " + violation.getMessage());
      if (violation.getCause() != null) {
        violation.getCause().printStackTrace(out);
      }
    }
    return text.toString();
  }

  /** Summarizes the runs, the events and the faults. */
  String summary() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "%,d runs in %.0f s, %,.0f a minute; failed: %d%n",
            runs, seconds(), runs / seconds() * 60, failed.size()));
    counts.forEach((what, times) -> text.append(String.format("%,12d %s%n", times, what)));
    text.append(String.format("faults:%n"));
    for (Fault fault : Fault.values()) {
      text.append(
          String.format(
              "%,12d %s%n",
              faults.getOrDefault(fault, 0L), fault.name().toLowerCase(java.util.Locale.ROOT)));
    }
    return text.toString();
  }
}
