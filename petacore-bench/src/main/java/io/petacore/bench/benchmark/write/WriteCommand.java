package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.bench.benchmark.PlainEtcd;
import io.petacore.bench.benchmark.RatioChart;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Measuring;
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

/** {@code bench write}. */
@Command(
    name = "write",
    description = "Measures commits beside plain jetcd, in turns, on the same etcd.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench write --etcd 127.0.0.1:2379"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class WriteCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private StoreOptions options;

  @Mixin private Measuring measuring;

  @Option(
      names = "--max-in-flight",
      paramLabel = "REQUESTS",
      description = "How many requests PetaCore has on their way at a time.")
  private @Nullable Integer maxInFlight;

  @Option(names = "--picture", paramLabel = "FILE", description = "Draws the ratios, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measuring.check(spec.commandLine());
    if (!options.isRemote()) {
      throw new ParameterException(
          spec.commandLine(), "bench write needs --etcd: it is etcd that is written to");
    }
    String run =
        "petacore-bench-"
            + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
            + "-";
    Namespace namespace = new Namespace(run + "storage/");
    PrintWriter out = spec.commandLine().getOut();
    try (Stores stores = options.stores();
        PlainEtcd plain = new PlainEtcd(options.addresses(), run + "plain/")) {
      try (DistributedStorage one = open(stores, namespace);
          SecondNode other = new SecondNode(() -> open(stores, namespace))) {
        measure(new WriteLines(one, other, plain).all(), other, plain, out);
      } finally {
        plain.clear(run);
      }
    }
    return 0;
  }

  private DistributedStorage open(Stores stores, Namespace namespace) throws InterruptedException {
    DistributedStorage.Builder builder = options.storage(stores.connect(), namespace);
    if (maxInFlight != null) {
      builder.maxInFlight(maxInFlight);
    }
    return builder.open();
  }

  private void measure(List<Line> lines, SecondNode other, PlainEtcd plain, PrintWriter out)
      throws Exception {
    RatioChart chart = new RatioChart("Commits beside plain jetcd, on the same etcd");
    Table table = new Table("work", "jetcd", "PetaCore", "p50", "p99", "ratio", "wanted", "");
    for (Line line : lines) {
      if (measuring.includes(line.name())) {
        out.println("measuring: " + line.name());
        out.flush();
        measure(line, table, chart);
        other.close();
        plain.compact();
      }
    }
    out.println();
    table.print(out);
    out.flush();
    if (picture != null) {
      Files.writeString(picture, chart.toSvg());
    }
  }

  private void measure(Line line, Table table, RatioChart chart) throws Exception {
    Work reference = line.reference();
    Duration time = measuring.time();
    Duration before = measuring.warmUp();
    if (reference != null) {
      reference.run(before);
    }
    line.work().run(before);
    List<Sample> references = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < measuring.rounds(); round++) {
      Sample sample = null;
      if (reference != null) {
        sample = reference.run(time);
        references.add(sample);
      }
      Sample own = line.work().run(time);
      samples.add(own);
      if (sample != null) {
        ratios.add(figure(line, own) / figure(line, sample));
      }
    }
    String note = line.check().run();
    double ratio = ratios.isEmpty() ? 0 : ratios.stream().sorted().toList().get(ratios.size() / 2);
    if (ratio > 0 && line.wanted() > 0) {
      boolean atLeast = line.measure() == Line.Measure.THROUGHPUT;
      chart.bar(line.name(), ratio, line.wanted(), atLeast);
    }
    Sample typical = typical(line, samples);
    table.row(
        line.name(),
        references.isEmpty() ? "" : show(line, typical(line, references)),
        show(line, typical),
        Figures.millis(typical.median()),
        Figures.millis(typical.latencies().percentile(0.99)),
        ratio == 0 ? "" : times(ratio),
        wanted(line),
        note);
  }

  private static double figure(Line line, Sample sample) {
    return line.measure() == Line.Measure.THROUGHPUT ? sample.perSecond() : sample.median();
  }

  /** The one in the middle. */
  private static Sample typical(Line line, List<Sample> samples) {
    return samples.stream()
        .sorted(Comparator.comparingDouble(sample -> figure(line, sample)))
        .toList()
        .get(samples.size() / 2);
  }

  private static String show(Line line, Sample sample) {
    return line.measure() == Line.Measure.THROUGHPUT
        ? Figures.count(Math.round(sample.perSecond())) + "/s"
        : Figures.millis(sample.median());
  }

  private static String wanted(Line line) {
    if (line.wanted() == 0) {
      return "";
    }
    return (line.measure() == Line.Measure.THROUGHPUT ? "≥ " : "≤ ") + times(line.wanted());
  }

  private static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2f ×", ratio);
  }
}
