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
    List<Observation> order = new ArrayList<>(List.of(Observation.values()));
    List<Series> all = order.stream().map(observation -> new Series()).toList();
    List<Double> plain = new ArrayList<>();
    Work.Sample[] samples = new Work.Sample[order.size()];
    Random random = new Random(1);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(order, random); // so that a load that grows favours none
      for (Observation observation : order) {
        samples[observation.ordinal()] = observation.during(storage, () -> work.run(time));
      }
      Work.Sample reference = samples[Observation.NEITHER.ordinal()];
      plain.add(reference.nanos());
      for (int i = 0; i < samples.length; i++) {
        all.get(i).ratios.add(samples[i].nanos() / reference.nanos());
        all.get(i).bytes.add(samples[i].bytes() - reference.bytes());
      }
    }
    Series metrics = all.get(Observation.METRICS.ordinal());
    Series events = all.get(Observation.JFR.ordinal());
    Series both = all.get(Observation.BOTH.ordinal());
    table.row(
        name,
        String.format(Locale.ROOT, "%,.1f ns", median(plain)),
        metrics.ratio(),
        events.ratio(),
        both.ratio(),
        target,
        metrics.moreBytes() + ", " + events.moreBytes() + ", " + both.moreBytes());
  }

  /** What was measured in all rounds, compared with the slice without observation. */
  private static final class Series {
    final List<Double> ratios = new ArrayList<>();
    final List<Double> bytes = new ArrayList<>();

    String ratio() {
      return String.format(Locale.ROOT, "%.3f ×", median(ratios));
    }

    String moreBytes() {
      return String.format(Locale.ROOT, "%.1f", median(bytes));
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
