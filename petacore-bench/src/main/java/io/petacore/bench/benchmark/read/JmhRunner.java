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
final class JmhRunner {

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int warmUps; // one second each
  private final Duration time;
  private final List<RunResult> results = new ArrayList<>();

  /**
   * @param warmUp warm-up time per benchmark
   * @param time measurement time per benchmark
   */
  JmhRunner(Duration warmUp, Duration time) {
    this.warmUps = (int) warmUp.toSeconds();
    this.time = time;
  }

  /** Runs a benchmark that alternates with its reference, in a new process. */
  Measurement paired(JmhBenchmark benchmark) throws RunnerException {
    RunResult result = run(benchmark);
    double operations = secondary(result, "operations");
    return new Measurement(
        secondary(result, "own") / operations,
        secondary(result, "reference") / operations,
        secondary(result, ALLOCATED),
        "");
  }

  /** Runs a benchmark without a reference, in a new process. */
  Measurement alone(JmhBenchmark own) throws RunnerException {
    RunResult result = run(own);
    double nanos = result.getPrimaryResult().getScore();
    return new Measurement(nanos, Measurement.NONE, secondary(result, ALLOCATED), "");
  }

  /** Returns the results of all runs. */
  Collection<RunResult> results() {
    return results;
  }

  private RunResult run(JmhBenchmark benchmark) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(benchmark.pattern())
            .forks(1)
            .warmupIterations(warmUps)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations((int) time.toSeconds())
            .measurementTime(TimeValue.seconds(1))
            .addProfiler(GCProfiler.class)
            .jvmArgsAppend(benchmark.arguments().toArray(String[]::new))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    benchmark.parameters().forEach(options::param);
    RunResult result = new Runner(options.build()).runSingle();
    results.add(result);
    return result;
  }

  private static double secondary(RunResult result, String name) {
    Result<?> found = result.getSecondaryResults().get(name);
    return found == null ? Measurement.NONE : found.getScore();
  }
}
