package io.petacore.bench.cli.status;

import io.petacore.StorageStatus;
import io.petacore.bench.support.console.Figures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A storage's status as lines for people. */
public final class StatusReport {
  private static final int LABEL_WIDTH = 18;

  private StatusReport() {}

  /** What a storage says of itself. */
  public static List<String> of(StorageStatus status) {
    StorageStatus.Counters counters = status.counters();
    List<String> lines = new ArrayList<>();
    lines.add(line("state", status.state().toString()));
    lines.add(line("keys", Figures.count(status.keys())));
    lines.add(
        line(
            "in memory",
            Figures.of(status.versions(), "version", "versions")
                + ", about "
                + Figures.count(status.bytes())
                + " bytes"));
    lines.add(
        line(
            "applied revision",
            status.appliedRevision() + ", " + Figures.seconds(status.age().toNanos()) + " ago"));
    lines.add(line("applied version", version(status.appliedTimestamp())));
    lines.add(line("last contact", String.valueOf(status.lastContact())));
    StorageStatus.Failure failure = status.lastFailure();
    if (failure != null) {
      lines.add(line("last failure", failure.reason() + ", at " + failure.at()));
    }
    lines.add(
        line(
            "transactions",
            Figures.count(counters.commits())
                + " committed, "
                + Figures.of(counters.conflicts(), "conflict", "conflicts")
                + " ("
                + Figures.count(counters.localConflicts())
                + " found in memory), "
                + Figures.of(counters.retries(), "retry", "retries")));
    lines.add(
        line(
            "requests",
            Figures.count(counters.batches())
                + ", with "
                + Figures.of(counters.batchedTransactions(), "transaction", "transactions")
                + ", "
                + Figures.count(counters.resent())
                + " of them sent again"));
    lines.add(
        line(
            "lost answers",
            Figures.count(counters.resolvedApplied())
                + " turned out committed, "
                + Figures.count(counters.resolvedNotApplied())
                + " not, "
                + Figures.count(counters.unknownOutcomes())
                + " stay unknown; "
                + Figures.of(counters.sessionsLost(), "session", "sessions")
                + " lost"));
    lines.add(
        line(
            "following",
            Figures.of(counters.watchesOpened(), "watch", "watches")
                + " opened, "
                + Figures.of(counters.resyncs(), "resync", "resyncs")));
    lines.add(
        line(
            "oddities",
            counters.malformedRecords()
                + " malformed records, "
                + counters.ignoredKeys()
                + " ignored keys, "
                + counters.clocksRefused()
                + " refused clocks"));
    return lines;
  }

  private static String version(long nanos) {
    long second = TimeUnit.SECONDS.toNanos(1);
    Instant instant =
        Instant.ofEpochSecond(Math.floorDiv(nanos, second), Math.floorMod(nanos, second));
    return nanos == 0 ? "none: nothing was committed by PetaCore" : nanos + " (" + instant + ")";
  }

  /** A label with what it labels. */
  static String line(String label, String text) {
    return "  " + label + " ".repeat(LABEL_WIDTH - label.length()) + text;
  }
}
