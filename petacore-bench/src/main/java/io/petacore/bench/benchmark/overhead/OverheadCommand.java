package io.petacore.bench.benchmark.overhead;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.Bounds;
import io.petacore.bench.support.console.Table;
import io.petacore.data.KeyRange;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench overhead}: measures what metrics and JFR events cost. */
@Command(
    name = "overhead",
    description = {
      "Measures reads and commits with metrics bound, with a JFR recording, with both, and with",
      "neither, alternating. The ratios to neither are medians of the rounds."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: petacore.jar bench overhead --etcd 127.0.0.1:2379"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class OverheadCommand implements Callable<Integer> {

  private static final int KEYS = 10_000;

  @Spec private CommandSpec spec;

  @Mixin private StoreOptions options;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "41",
      description = "Number of rounds, odd (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--millis",
      paramLabel = "MILLIS",
      defaultValue = "250",
      description = "Time of a slice, in milliseconds (default: ${DEFAULT-VALUE}).")
  private int millis;

  @Override
  public Integer call() throws Exception {
    Bounds bounds = new Bounds(spec.commandLine());
    bounds.check("--rounds", rounds, 1, 999);
    bounds.checkOdd("--rounds", rounds);
    bounds.check("--millis", millis, 10, 60_000);
    String name =
        "petacore-bench-"
            + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
            + "/";
    try (Stores stores = options.stores();
        DistributedStorage storage =
            options.storage(stores.connect(), new Namespace(name)).open()) {
      try {
        PrintWriter out = spec.commandLine().getOut();
        Table table =
            new Table(
                "workload", "neither", "metrics", "JFR", "both", "target", "bytes more, each");
        Work work = new Work(storage, KEYS);
        measure(storage, "point read", work::read, "≤ 1.02 ×", table);
        measure(storage, "commits, 64 in flight", work::commit, "≤ 1.05 ×", table);
        table.print(out);
        out.flush();
      } finally {
        storage.delete(KeyRange.all());
      }
    }
    return 0;
  }

  private void measure(
      DistributedStorage storage, String name, Work.Slice work, String target, Table table)
      throws Exception {
    Duration time = Duration.ofMillis(millis);
    for (Observation observation : Observation.values()) {
      observation.during(storage, () -> work.run(time.multipliedBy(4))); // compiles all of it
    }
    Series neither = new Series(Observation.NEITHER);
    Series metrics = new Series(Observation.METRICS);
    Series events = new Series(Observation.JFR);
    Series both = new Series(Observation.BOTH);
    List<Series> order = new ArrayList<>(List.of(neither, metrics, events, both));
    Random random = new Random(1);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random); // so that a load that grows favours none
      for (Series series : order) {
        series.add(series.observation.during(storage, () -> work.run(time)));
      }
    }
    table.row(
        name,
        String.format(Locale.ROOT, "%,.1f ns", median(neither.nanos)),
        metrics.ratioTo(neither),
        events.ratioTo(neither),
        both.ratioTo(neither),
        target,
        metrics.bytesMoreThan(neither)
            + ", "
            + events.bytesMoreThan(neither)
            + ", "
            + both.bytesMoreThan(neither));
  }

  /** What was measured with an observation: for each round, the figures of an operation. */
  private static final class Series {
    final Observation observation;
    final List<Double> nanos = new ArrayList<>();
    final List<Double> bytes = new ArrayList<>();

    Series(Observation observation) {
      this.observation = observation;
    }

    void add(Work.Sample sample) {
      nanos.add(sample.nanos());
      bytes.add(sample.bytes());
    }

    String ratioTo(Series reference) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < nanos.size(); i++) {
        ratios.add(nanos.get(i) / reference.nanos.get(i));
      }
      return String.format(Locale.ROOT, "%.3f ×", median(ratios));
    }

    String bytesMoreThan(Series reference) {
      return String.format(Locale.ROOT, "%.1f", median(bytes) - median(reference.bytes));
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
