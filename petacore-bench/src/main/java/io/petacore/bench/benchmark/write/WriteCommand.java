package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.benchmark.RatioChart;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.MeasurementOptions;
import io.petacore.bench.support.console.Table;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench write}: benchmarks commits against plain jetcd, and write-behind. */
@Command(
    name = "write",
    description =
        "Benchmarks commits against plain jetcd on the same etcd, and write-behind against commits.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench write --etcd 127.0.0.1:2379"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class WriteCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private StoreOptions options;

  @Mixin private MeasurementOptions measurementOptions;

  @Option(
      names = "--max-in-flight",
      paramLabel = "REQUESTS",
      description = "Maximum number of requests in flight of PetaCore.")
  private @Nullable Integer maxInFlight;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Writes a chart of the ratios, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measurementOptions.check(spec.commandLine());
    if (!options.isRemote()) {
      throw new ParameterException(spec.commandLine(), "bench write requires --etcd");
    }
    String run =
        "petacore-bench-"
            + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
            + "-";
    Namespace namespace = new Namespace(run + "storage/");
    PrintWriter out = spec.commandLine().getOut();
    try (Stores stores = options.stores();
        PlainEtcd plain = new PlainEtcd(options.addresses(), run + "plain/")) {
      try (DistributedStorage node = open(stores, namespace);
          SecondNode otherNode = new SecondNode(() -> open(stores, namespace))) {
        measure(new WriteWorkloads(node, otherNode, plain).all(), otherNode, plain, out);
      } finally {
        plain.clear(run);
      }
    }
    return 0;
  }

  private DistributedStorage open(Stores stores, Namespace namespace) throws InterruptedException {
    StorageBuilder builder = options.storage(stores.connect(), namespace);
    if (maxInFlight != null) {
      builder.maxInFlight(maxInFlight);
    }
    return builder.open();
  }

  private void measure(
      List<Workload> workloads, SecondNode otherNode, PlainEtcd plain, PrintWriter out)
      throws Exception {
    RatioChart chart = new RatioChart("Commits compared with plain jetcd on the same etcd");
    Table table =
        new Table("workload", "reference", "PetaCore", "p50", "p99", "ratio", "target", "");
    for (Workload workload :
        measurementOptions.select(spec.commandLine(), workloads, Workload::name)) {
      out.println("measuring: " + workload.name());
      out.flush();
      measure(workload, table, chart);
      otherNode.close();
      plain.compact();
    }
    out.println();
    table.print(out);
    out.flush();
    if (picture != null) {
      Files.writeString(picture, chart.toSvg());
    }
  }

  private void measure(Workload workload, Table table, RatioChart chart) throws Exception {
    TimedRun reference = workload.reference();
    Duration time = measurementOptions.time();
    Duration before = measurementOptions.warmUp();
    if (reference != null) {
      reference.run(before);
    }
    workload.own().run(before);
    List<Sample> references = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < measurementOptions.rounds(); round++) {
      Sample sample = null;
      if (reference != null) {
        sample = reference.run(time);
        references.add(sample);
      }
      Sample own = workload.own().run(time);
      samples.add(own);
      if (sample != null) {
        ratios.add(figure(workload, own) / figure(workload, sample));
      }
    }
    String note = workload.check().run();
    double ratio = ratios.isEmpty() ? 0 : ratios.stream().sorted().toList().get(ratios.size() / 2);
    if (ratio > 0 && workload.target() > 0 && workload.besideJetcd()) {
      boolean atLeast = workload.measure() == Workload.Measure.THROUGHPUT;
      chart.bar(workload.name(), ratio, workload.target(), atLeast);
    }
    Sample typical = typical(workload, samples);
    table.row(
        workload.name(),
        references.isEmpty() ? "" : show(workload, typical(workload, references)),
        show(workload, typical),
        Figures.millis(typical.median()),
        Figures.millis(typical.latencies().percentile(0.99)),
        ratio == 0 ? "" : times(ratio),
        target(workload),
        note);
  }

  private static double figure(Workload workload, Sample sample) {
    return workload.measure() == Workload.Measure.THROUGHPUT ? sample.perSecond() : sample.median();
  }

  /** Returns the median sample. */
  private static Sample typical(Workload workload, List<Sample> samples) {
    return samples.stream()
        .sorted(Comparator.comparingDouble(sample -> figure(workload, sample)))
        .toList()
        .get(samples.size() / 2);
  }

  private static String show(Workload workload, Sample sample) {
    return workload.measure() == Workload.Measure.THROUGHPUT
        ? Figures.count(Math.round(sample.perSecond())) + "/s"
        : Figures.millis(sample.median());
  }

  private static String target(Workload workload) {
    if (workload.target() == 0) {
      return "";
    }
    return (workload.measure() == Workload.Measure.THROUGHPUT ? "≥ " : "≤ ")
        + times(workload.target());
  }

  private static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2f ×", ratio);
  }
}
