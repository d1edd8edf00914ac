package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.RatioChart;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.console.MeasurementOptions;
import io.petacore.bench.support.console.Table;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench read}: benchmarks reads against maps of the JDK. */
@Command(
    name = "read",
    description = {
      "Benchmarks reads against maps of the JDK.",
      "With --etcd also the initial load and the propagation of commits, against jetcd."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  petacore.jar bench read --only 'point read'",
      "  petacore.jar bench read --etcd 127.0.0.1:2379 --json read.json --picture read.svg"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class ReadCommand implements Callable<Integer> {

  /** Allocation of the profiler itself. */
  private static final double NO_BYTES = 0.5;

  @Spec private CommandSpec spec;

  @Mixin private StoreOptions options;

  @Mixin private MeasurementOptions measurementOptions;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the results of JMH to this file, as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Writes a chart of the ratios, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measurementOptions.check(spec.commandLine());
    PrintWriter out = spec.commandLine().getOut();
    List<Workload> workloads = new ArrayList<>(new MicroWorkloads().all());
    workloads.addAll(new MemoryWorkloads().all());
    workloads.addAll(new SubscriptionWorkloads(measurementOptions).all());
    if (!options.isRemote()) {
      measure(workloads, out);
      return 0;
    }
    try (EtcdWorkloads onEtcd = new EtcdWorkloads(options, measurementOptions)) {
      workloads.addAll(onEtcd.all());
      measure(workloads, out);
    }
    return 0;
  }

  private void measure(List<Workload> all, PrintWriter out) throws Exception {
    List<Workload> workloads = measurementOptions.select(spec.commandLine(), all, Workload::name);
    List<List<Measurement>> measurements =
        workloads.stream().<List<Measurement>>map(l -> new ArrayList<>()).toList();
    JmhRunner benchmarks = new JmhRunner(measurementOptions.warmUp(), measurementOptions.time());
    for (int round = 1; round <= measurementOptions.rounds(); round++) {
      for (int i = 0; i < workloads.size(); i++) {
        out.println("round " + round + ", measuring: " + workloads.get(i).name());
        out.flush();
        measurements.get(i).add(workloads.get(i).probe().measure(benchmarks));
      }
    }
    keep(benchmarks.results());
    out.println();
    Table table =
        new Table("workload", "reference", "time", "PetaCore", "B/op", "result", "target", "", "");
    RatioChart chart = new RatioChart("Reads compared with maps of the JDK, and with jetcd");
    for (int i = 0; i < workloads.size(); i++) {
      Workload workload = workloads.get(i);
      Measurement typical = typical(workload, measurements.get(i));
      add(table, workload, typical);
      if (workload.comparison().isRatio() && !Double.isNaN(workload.target())) {
        chart.bar(
            workload.name(),
            workload.compare(typical),
            workload.target(),
            workload.comparison().isLowerBound());
      }
    }
    table.print(out);
    out.flush();
    if (picture != null) {
      Files.writeString(picture, chart.toSvg());
    }
  }

  private void keep(Collection<RunResult> results) throws IOException {
    if (json == null || results.isEmpty()) {
      return;
    }
    try (PrintStream file =
        new PrintStream(Files.newOutputStream(json), false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, file).writeOut(results);
    }
  }

  /** Returns the median measurement. */
  private static Measurement typical(Workload workload, List<Measurement> measurements) {
    return measurements.stream()
        .sorted(Comparator.comparingDouble(workload::compare))
        .toList()
        .get(measurements.size() / 2);
  }

  private static void add(Table table, Workload workload, Measurement typical) {
    table.row(
        workload.name(),
        workload.reference(),
        Double.isNaN(typical.reference()) ? "" : workload.unit().show(typical.reference()),
        workload.unit().show(typical.own()),
        // Without a limit the reference may allocate, too.
        Double.isNaN(workload.targetBytes()) ? "" : bytes(typical.allocated()),
        workload.comparison().show(workload.compare(typical)),
        target(workload),
        verdict(workload, typical),
        typical.note());
  }

  private static String bytes(double allocated) {
    return String.format(Locale.ROOT, "%,.0f", allocated);
  }

  private static String target(Workload workload) {
    if (Double.isNaN(workload.target())) {
      return "";
    }
    String bound = workload.comparison().showTarget(workload.target());
    return Double.isNaN(workload.targetBytes())
        ? bound
        : bound + ", ≤ " + bytes(workload.targetBytes()) + " B/op";
  }

  private static String verdict(Workload workload, Measurement result) {
    if (Double.isNaN(workload.target())) {
      return "";
    }
    boolean isSatisfied =
        workload.comparison().isSatisfied(workload.compare(result), workload.target());
    boolean withinBytes =
        Double.isNaN(workload.targetBytes())
            || result.allocated() <= Math.max(workload.targetBytes(), NO_BYTES);
    return isSatisfied && withinBytes ? "ok" : "missed";
  }
}
