package io.petacore.it.chaos;

import io.petacore.StorageCounters;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** A run in figures, each with what it is a figure of. */
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

  /** How often each kind of fault has struck. */
  static Map<String, Integer> faults(Timeline timeline) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Timeline.Span span : timeline.spans()) {
      counts.merge(span.lane() + " " + span.kind(), 1, Integer::sum);
    }
    counts.remove("rest REST");
    return counts;
  }

  private void transactions() {
    put("seed", "%d", result.options().seed());
    put("etcd", "3 members of %s", result.etcdVersion());
    put("time", "%d s, %d times at rest", result.nanos() / 1_000_000_000, result.rests());
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
      put("commits doubled", "%d", 0);
      put("nodes unlike etcd", "%d", 0);
      put("histories", "clean: %,d transactions checked", result.recorded());
    }
    put("states looked at during chaos", "%,d", result.looks());
    put("commit latency", "%s", quantiles(timeline.commits()));
    put("timeouts overrun by", "%s", quantiles(timeline.overruns()));
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
    put("from the last obstacle gone until etcd serves", "%s", medianAndWorst(serving));
    put("from there to the first commit", "%s", medianAndWorst(after));
    put("both together", "%s", medianAndWorst(first));
  }

  private static String medianAndWorst(long[] sorted) {
    return "median "
        + millis(Samples.quantile(sorted, 0.5))
        + ", worst "
        + millis(Samples.quantile(sorted, 1));
  }

  private void lastingPartitions() {
    for (LastingPartition kind : LastingPartition.values()) {
      double without = 0;
      double during = 0;
      int count = 0;
      for (Timeline.Share share : timeline.shares()) {
        if (share.kind() == kind) {
          count++;
          without += commitsASecond(share.quiet(), share.begin());
          during += commitsASecond(share.begin(), share.end());
        }
      }
      if (count > 0) {
        put(
            "commits a second during a lasting partition of "
                + (kind == LastingPartition.LEADER ? "the " : "a ")
                + kind.name().toLowerCase(Locale.ROOT),
            "%.0f, %.2f of the %.0f without; %d times",
            during / count,
            during / without,
            without / count,
            count);
      }
    }
  }

  private double commitsASecond(long from, long to) {
    return timeline.commits().sorted(from, to).length * 1e9 / (to - from);
  }

  private void nodes() {
    put("answers lost, settled as committed", "%,d", sum(StorageCounters::resolvedApplied));
    put("answers lost, settled as not applied", "%,d", sum(StorageCounters::resolvedNotApplied));
    put("conflicts", "%,d", sum(StorageCounters::conflicts));
    put("exclusive commit locks acquired", "%,d", sum(StorageCounters::exclusiveLocks));
    put("sessions lost", "%,d", sum(StorageCounters::sessionsLost));
    put("watches opened", "%,d", sum(StorageCounters::watchesOpened));
    put("resyncs", "%,d", sum(StorageCounters::resyncs));
    put("clocks refused", "%,d", sum(StorageCounters::clocksRefused));
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
