package io.petacore.bench.benchmark.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs JMH benchmarks. */
final class MicroBenchmarks {

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int warmUps; // of a second each
  private final Duration time;
  private final List<RunResult> results = new ArrayList<>();

  /**
   * @param warmUp for how long each is warmed up
   * @param time for how long it is measured
   */
  MicroBenchmarks(Duration warmUp, Duration time) {
    this.warmUps = (int) warmUp.toSeconds();
    this.time = time;
  }

  /** Two in turns, in one process of their own. */
  Reading inTurns(Micro micro) throws RunnerException {
    RunResult result = run(micro);
    double operations = secondary(result, "operations");
    return new Reading(
        secondary(result, "own") / operations,
        secondary(result, "reference") / operations,
        secondary(result, ALLOCATED),
        "");
  }

  /** One alone. */
  Reading alone(Micro own) throws RunnerException {
    RunResult result = run(own);
    double nanos = result.getPrimaryResult().getScore();
    return new Reading(nanos, Reading.NONE, secondary(result, ALLOCATED), "");
  }

  /** Everything that was run, as JMH keeps it. */
  Collection<RunResult> results() {
    return results;
  }

  private RunResult run(Micro micro) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(micro.pattern())
            .forks(1)
            .warmupIterations(warmUps)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations((int) time.toSeconds())
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .jvmArgsAppend(micro.arguments().toArray(String[]::new))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    micro.parameters().forEach(options::param);
    RunResult result = new Runner(options.build()).runSingle();
    results.add(result);
    return result;
  }

  private static double secondary(RunResult result, String name) {
    Result<?> found = result.getSecondaryResults().get(name);
    return found == null ? Reading.NONE : found.getScore();
  }
}
