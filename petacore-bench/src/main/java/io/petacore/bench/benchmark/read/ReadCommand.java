package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.RatioChart;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.console.Measuring;
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

/** {@code bench read}. */
@Command(
    name = "read",
    description = {
      "Measures reads beside the JDK's own maps, each line beside its reference in the same run.",
      "With --etcd also the initial load and the way of a commit to another node, beside jetcd."
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

  /** The profiler itself allocates a little now and then. */
  private static final double NO_BYTES = 0.5;

  @Spec private CommandSpec spec;

  @Mixin private StoreOptions options;

  @Mixin private Measuring measuring;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Keep what JMH found in this file, as JMH writes it.")
  private @Nullable Path json;

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Draws the ratios, each with the one that is wanted, as SVG.")
  private @Nullable Path picture;

  @Override
  public Integer call() throws Exception {
    measuring.check(spec.commandLine());
    PrintWriter out = spec.commandLine().getOut();
    List<Line> lines = new ArrayList<>(new MicroLines().all());
    lines.addAll(new MemoryLines().all());
    if (!options.isRemote()) {
      measure(lines, out);
      return 0;
    }
    try (EtcdLines onEtcd = new EtcdLines(options, measuring)) {
      lines.addAll(onEtcd.all());
      measure(lines, out);
    }
    return 0;
  }

  private void measure(List<Line> all, PrintWriter out) throws Exception {
    List<Line> lines = all.stream().filter(line -> measuring.includes(line.name())).toList();
    List<List<Reading>> readings =
        lines.stream().<List<Reading>>map(l -> new ArrayList<>()).toList();
    MicroBenchmarks benchmarks = new MicroBenchmarks(measuring.warmUp(), measuring.time());
    for (int round = 1; round <= measuring.rounds(); round++) {
      for (int i = 0; i < lines.size(); i++) {
        out.println("round " + round + ", measuring: " + lines.get(i).name());
        out.flush();
        readings.get(i).add(lines.get(i).probe().measure(benchmarks));
      }
    }
    keep(benchmarks.results());
    out.println();
    Table table =
        new Table("work", "beside it", "that", "PetaCore", "B/op", "got", "wanted", "", "");
    RatioChart chart = new RatioChart("Reads beside the JDK's maps, and etcd's work beside jetcd");
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      Reading typical = typical(line, readings.get(i));
      add(table, line, typical);
      if (line.comparison().isRatio() && !Double.isNaN(line.wanted())) {
        chart.bar(
            line.name(), line.compare(typical), line.wanted(), line.comparison().wantsAtLeast());
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

  /** The one in the middle. */
  private static Reading typical(Line line, List<Reading> readings) {
    return readings.stream()
        .sorted(Comparator.comparingDouble(line::compare))
        .toList()
        .get(readings.size() / 2);
  }

  private static void add(Table table, Line line, Reading typical) {
    table.row(
        line.name(),
        line.beside(),
        Double.isNaN(typical.reference()) ? "" : line.unit().show(typical.reference()),
        line.unit().show(typical.own()),
        // Where it is not asked for, the other side may allocate, too.
        Double.isNaN(line.bytesWanted()) ? "" : bytes(typical.allocated()),
        line.comparison().show(line.compare(typical)),
        wanted(line),
        verdict(line, typical),
        typical.note());
  }

  private static String bytes(double allocated) {
    return String.format(Locale.ROOT, "%,.0f", allocated);
  }

  private static String wanted(Line line) {
    if (Double.isNaN(line.wanted())) {
      return "";
    }
    String bound = line.comparison().showWanted(line.wanted());
    return Double.isNaN(line.bytesWanted())
        ? bound
        : bound + ", ≤ " + bytes(line.bytesWanted()) + " B/op";
  }

  private static String verdict(Line line, Reading reading) {
    if (Double.isNaN(line.wanted())) {
      return "";
    }
    boolean holds = line.comparison().holds(line.compare(reading), line.wanted());
    boolean frugal =
        Double.isNaN(line.bytesWanted())
            || reading.allocated() <= Math.max(line.bytesWanted(), NO_BYTES);
    return holds && frugal ? "ok" : "missed";
  }
}
