package io.petacore.bench.demo;

import io.petacore.StorageCounters;
import io.petacore.bench.demo.Finding.Verdict;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Table;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Prints the results after the shop has closed: workload, accounts, checks and verdict. */
final class ClosingReport {
  /** Explanation of the columns named "seen". */
  static final String SEEN = "seen: time from the return of a commit until another node reads it";

  private final PrintWriter out;
  private final Ansi ansi;

  ClosingReport(PrintWriter out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  /**
   * Prints the operations of each node.
   *
   * @param nanos how long the shop was open
   */
  void printOperations(List<Node> nodes, long nanos) {
    Table table =
        new Table(
            "node",
            "reads/s",
            "scans/s",
            "commits/s",
            "commit p50",
            "commit p99",
            "conflicts",
            "retries",
            "seen p50",
            "seen p99");
    Tally total = new Tally();
    long conflicts = 0;
    long retries = 0;
    for (Node node : nodes) {
      StorageCounters counters = node.storage().status().counters();
      conflicts += counters.conflicts();
      retries += counters.retries();
      total.add(node.tally());
      addRow(table, node.name(), node.tally(), counters.conflicts(), counters.retries(), nanos);
    }
    addRow(table, "all", total, conflicts, retries, nanos);
    table.print(out);
    out.println("  " + SEEN);
    printRequests(nodes);
    if (total.notSeenInTime.sum() > 0) {
      out.println(
          "  "
              + Figures.of(total.notSeenInTime.sum(), "order", "orders")
              + " took more than 5 s to be visible on another node");
    }
    if (total.tooOld.sum() > 0) {
      out.println(
          "  "
              + Figures.of(total.tooOld.sum(), "scan", "scans")
              + " took longer than the history retention");
    }
  }

  private void printRequests(List<Node> nodes) {
    long requests = 0;
    long carried = 0;
    for (Node node : nodes) {
      StorageCounters counters = node.storage().status().counters();
      requests += counters.batches();
      carried += counters.batchedTransactions();
    }
    out.println(
        "  "
            + Figures.of(carried, "transaction", "transactions")
            + ", including the load, were sent in "
            + Figures.of(requests, "request", "requests"));
  }

  private static void addRow(
      Table table, String name, Tally tally, long conflicts, long retries, long nanos) {
    boolean isMeasured = tally.propagation.count() > 0;
    table.row(
        name,
        Figures.perSecond(tally.reads.sum(), nanos),
        Figures.perSecond(tally.scans.sum(), nanos),
        Figures.perSecond(tally.sold.sum(), nanos),
        Figures.millis(tally.commit.percentile(0.5)),
        Figures.millis(tally.commit.percentile(0.99)),
        Figures.count(conflicts),
        Figures.count(retries),
        isMeasured ? Figures.millis(tally.propagation.percentile(0.5)) : "-",
        isMeasured ? Figures.millis(tally.propagation.percentile(0.99)) : "-");
  }

  /** Prints the accounts of each node. */
  void printAccounts(Shop shop, List<Inventory> nodes) {
    Table table =
        new Table("node", "revision", "entries", "loaded", "sold", "left", "sold + left - loaded");
    for (Inventory node : nodes) {
      table.row(
          node.node(),
          Long.toString(node.revision()),
          Figures.count(node.entries()),
          Figures.count(shop.unitsLoaded()),
          Figures.count(node.unitsSold()),
          Figures.count(node.unitsLeft()),
          Figures.count(node.unitsSold() + node.unitsLeft() - shop.unitsLoaded()));
    }
    table.print(out);
  }

  /**
   * Prints the result of each check and the verdict.
   *
   * @return whether no check failed
   */
  boolean printFindings(List<Finding> findings) {
    for (Finding finding : findings) {
      out.println("  " + mark(finding.verdict()) + "  " + finding.check());
      if (!finding.detail().isEmpty()) {
        out.println("           " + finding.detail());
      }
    }
    out.println();
    long failed = findings.stream().filter(f -> f.verdict() == Verdict.FAILED).count();
    boolean allowed = findings.stream().anyMatch(f -> f.verdict() == Verdict.ALLOWED);
    if (failed > 0) {
      out.println(Figures.of(failed, "check", "checks") + " of " + findings.size() + " FAILED.");
    } else if (allowed) {
      out.println(
          "Read Committed allows lost updates: two customers read the same stock, both decremented"
              + " it, and the second write replaced the first. All other checks passed."
              + " With --isolation snapshot no update is lost.");
    } else {
      out.println("All accounts balance.");
    }
    return failed == 0;
  }

  private String mark(Verdict verdict) {
    return switch (verdict) {
      case OK -> ansi.string("@|green ok     |@");
      case FAILED -> ansi.string("@|bold,red FAILED |@");
      case ALLOWED -> ansi.string("@|yellow allowed|@");
    };
  }
}
