package io.petacore.it.chaos;

import io.petacore.StorageCounters;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** The figures of a run, by name. */
final class Figures {

  private final RunResult result;
  private final Timeline timeline;
  private final Map<String, String> figures = new LinkedHashMap<>();

  private Figures(RunResult result) {
    this.result = result;
    this.timeline = result.timeline();
  }

  static Map<String, String> of(RunResult result) {
    Figures figures = new Figures(result);
    figures.transactions();
    figures.returns();
    figures.lastingPartitions();
    figures.nodes();
    return figures.figures;
  }

  /** Counts the faults of each kind. */
  static Map<String, Integer> faults(Timeline timeline) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Timeline.Span span : timeline.spans()) {
      counts.merge(span.lane() + " " + span.kind(), 1, Integer::sum);
    }
    counts.remove("quiescence QUIESCENCE");
    return counts;
  }

  private void transactions() {
    put("seed", "%d", result.options().seed());
    put("etcd", "3 members of %s", result.etcdVersion());
    put("time", "%d s, quiescence %d times", result.nanos() / 1_000_000_000, result.checks());
    put("faults", "%d", faults(timeline).values().stream().mapToInt(Integer::intValue).sum());
    put(
        "transactions",
        "%,d: %,d committed, %,d not applied, %,d unknown",
        result.committed() + result.notApplied() + result.unknown(),
        result.committed(),
        result.notApplied(),
        result.unknown());
    if (result.failure() == null) {
      put("acknowledged commits lost", "%d", 0);
      put("commits applied twice", "%d", 0);
      put("nodes that differ from etcd", "%d", 0);
      put("histories", "consistent: %,d transactions checked", result.recorded());
    }
    put("snapshots checked during chaos", "%,d", result.snapshots());
    put("commit latency", "%s", quantiles(timeline.commits()));
    put("exceeded timeouts by", "%s", quantiles(timeline.overruns()));
    put("propagation to another node", "%s", quantiles(timeline.propagations()));
  }

  private static String quantiles(Samples samples) {
    long[] sorted = samples.sorted(0, Long.MAX_VALUE);
    return "median "
        + millis(Samples.quantile(sorted, 0.5))
        + ", 99 % "
        + millis(Samples.quantile(sorted, 0.99))
        + ", worst "
        + millis(Samples.quantile(sorted, 1));
  }

  private void returns() {
    long[] serving =
        timeline.returns().stream().mapToLong(r -> r.serving() - r.restored()).sorted().toArray();
    long[] first =
        timeline.returns().stream()
            .mapToLong(r -> timeline.commits().firstMomentFrom(r.restored()) - r.restored())
            .filter(nanos -> nanos < Long.MAX_VALUE / 2)
            .sorted()
            .toArray();
    long[] after =
        timeline.returns().stream()
            .mapToLong(r -> timeline.commits().firstMomentFrom(r.restored()) - r.serving())
            .filter(nanos -> nanos < Long.MAX_VALUE / 2)
            .map(nanos -> Math.max(0, nanos))
            .sorted()
            .toArray();
    put("returns of a quorum", "%d", timeline.returns().size());
    put("from the end of the fault until etcd serves", "%s", medianAndWorst(serving));
    put("from then until the first commit", "%s", medianAndWorst(after));
    put("sum of both", "%s", medianAndWorst(first));
  }

  private static String medianAndWorst(long[] sorted) {
    return "median "
        + millis(Samples.quantile(sorted, 0.5))
        + ", worst "
        + millis(Samples.quantile(sorted, 1));
  }

  private void lastingPartitions() {
    for (LastingPartition kind : LastingPartition.values()) {
      double before = 0;
      double during = 0;
      int count = 0;
      for (Timeline.Share share : timeline.shares()) {
        if (share.kind() == kind) {
          count++;
          before += commitsPerSecond(share.quiet(), share.begin());
          during += commitsPerSecond(share.begin(), share.end());
        }
      }
      if (count > 0) {
        put(
            "commits/s during a lasting partition of "
                + (kind == LastingPartition.LEADER ? "the " : "a ")
                + kind.name().toLowerCase(Locale.ROOT),
            "%.0f, %.2f of the %.0f before; %d times",
            during / count,
            during / before,
            before / count,
            count);
      }
    }
  }

  private double commitsPerSecond(long from, long to) {
    return timeline.commits().sorted(from, to).length * 1e9 / (to - from);
  }

  private void nodes() {
    put("in-doubt commits resolved as applied", "%,d", sum(StorageCounters::resolvedApplied));
    put(
        "in-doubt commits resolved as not applied",
        "%,d",
        sum(StorageCounters::resolvedNotApplied));
    put("conflicts", "%,d", sum(StorageCounters::conflicts));
    put("exclusive commit locks acquired", "%,d", sum(StorageCounters::exclusiveLocks));
    put("sessions lost", "%,d", sum(StorageCounters::sessionsLost));
    put("watches opened", "%,d", sum(StorageCounters::watchesOpened));
    put("resyncs", "%,d", sum(StorageCounters::resyncs));
    put("clocks ignored", "%,d", sum(StorageCounters::clocksRefused));
  }

  private long sum(ToLongFunction<StorageCounters> counter) {
    return result.counters().stream().mapToLong(counter).sum();
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.1f ms" : "%,.0f ms", nanos / 1e6);
  }

  private void put(String name, String format, Object... values) {
    figures.put(name, String.format(Locale.ROOT, format, values));
  }
}
