package io.petacore.bench.cli.status;

import io.petacore.StorageCounters;
import io.petacore.StorageStatus;
import io.petacore.bench.support.console.Figures;
import io.petacore.data.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats the status of a storage as lines of text. */
public final class StatusReport {
  private static final int LABEL_WIDTH = 18;

  private StatusReport() {}

  /** Returns the lines, one label and value each. */
  public static List<String> of(StorageStatus status) {
    StorageCounters counters = status.counters();
    List<String> lines = new ArrayList<>();
    lines.add(line("state", status.state().toString()));
    lines.add(line("keys", Figures.count(status.keys())));
    lines.add(
        line(
            "memory",
            Figures.of(status.versions(), "version", "versions")
                + ", estimated "
                + Figures.count(status.bytes())
                + " bytes"));
    lines.add(
        line(
            "applied revision",
            status.appliedRevision() + ", " + Figures.seconds(status.age().toNanos()) + " ago"));
    lines.add(line("applied timestamp", timestamp(status.appliedTimestamp())));
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
                + " detected locally), "
                + Figures.of(counters.retries(), "retry", "retries")));
    lines.add(
        line(
            "requests",
            Figures.count(counters.batches())
                + ", carrying "
                + Figures.of(counters.batchedTransactions(), "transaction", "transactions")
                + ", "
                + Figures.count(counters.resent())
                + " resent"));
    lines.add(
        line(
            "in-doubt commits",
            Figures.count(counters.resolvedApplied())
                + " resolved as applied, "
                + Figures.count(counters.resolvedNotApplied())
                + " as not applied, "
                + Figures.count(counters.unknownOutcomes())
                + " unresolved; "
                + Figures.of(counters.sessionsLost(), "session", "sessions")
                + " lost"));
    lines.add(
        line(
            "replication",
            Figures.of(counters.watchesOpened(), "watch", "watches")
                + " opened, "
                + Figures.of(counters.resyncs(), "resync", "resyncs")));
    lines.add(
        line(
            "ignored",
            counters.malformedRecords()
                + " malformed records, "
                + counters.ignoredKeys()
                + " keys, "
                + counters.clocksRefused()
                + " clocks"));
    return lines;
  }

  private static String timestamp(@Nullable Timestamp applied) {
    return applied == null
        ? "none: no PetaCore node has committed yet"
        : applied.nanosSinceEpoch() + " (" + applied + ")";
  }

  /** Formats a label and its value. */
  static String line(String label, String text) {
    return "  " + label + " ".repeat(LABEL_WIDTH - label.length()) + text;
  }
}
