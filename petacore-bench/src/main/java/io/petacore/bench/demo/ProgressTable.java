package io.petacore.bench.demo;

import io.petacore.StorageCounters;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Latencies;
import io.petacore.bench.support.console.Ticker;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints a row of figures every second while the shop is open. */
final class ProgressTable implements AutoCloseable {
  private final List<Node> nodes;
  private final PrintWriter out;
  private final long started = System.nanoTime();
  private final Ticker ticker;

  /** Confined to the ticker's thread. */
  private Totals last;

  /** Totals at a point in time. */
  private record Totals(long at, Tally tally, long conflicts, long retries) {
    static Totals of(List<Node> nodes) {
      Tally tally = new Tally();
      long conflicts = 0;
      long retries = 0;
      for (Node node : nodes) {
        tally.add(node.tally());
        StorageCounters counters = node.storage().status().counters();
        conflicts += counters.conflicts();
        retries += counters.retries();
      }
      return new Totals(System.nanoTime(), tally, conflicts, retries);
    }
  }

  ProgressTable(List<Node> nodes, PrintWriter out) {
    this.nodes = nodes;
    this.out = out;
    this.last = Totals.of(nodes);
    this.ticker = Ticker.everySecond(this::tick);
  }

  /** Prints the header; to be called within the first second. */
  void printHeader() {
    print(
        "time",
        "reads/s",
        "scans/s",
        "commits/s",
        "conflicts/s",
        "retries/s",
        "sold out/s",
        "seen p50");
  }

  private void tick() {
    Totals now = Totals.of(nodes);
    long nanos = now.at - last.at;
    Latencies propagation = now.tally.propagation.since(last.tally.propagation);
    print(
        Math.round((now.at - started) / 1e9) + " s",
        Figures.perSecond(now.tally.reads.sum() - last.tally.reads.sum(), nanos),
        Figures.perSecond(now.tally.scans.sum() - last.tally.scans.sum(), nanos),
        Figures.perSecond(now.tally.sold.sum() - last.tally.sold.sum(), nanos),
        Figures.perSecond(now.conflicts - last.conflicts, nanos),
        Figures.perSecond(now.retries - last.retries, nanos),
        Figures.perSecond(now.tally.soldOut.sum() - last.tally.soldOut.sum(), nanos),
        propagation.count() == 0 ? "-" : Figures.millis(propagation.percentile(0.5)));
    last = now;
  }

  private void print(Object... cells) {
    out.println(String.format(Locale.ROOT, "  %5s %12s %10s %10s %12s %10s %11s %10s", cells));
    out.flush();
  }

  @Override
  public void close() {
    ticker.close();
  }
}
