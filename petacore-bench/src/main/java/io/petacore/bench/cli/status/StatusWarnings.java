package io.petacore.bench.cli.status;

import io.petacore.StorageCounters;
import io.petacore.StorageStatus;
import io.petacore.StorageStatus.State;
import io.petacore.bench.support.console.Figures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a status gives reason to worry about, as docs/operations.md describes it. */
public final class StatusWarnings {
  /** Fewer versions or transactions than these prove nothing. */
  private static final long MANY_VERSIONS = 10_000;

  private static final long MANY_CONFLICTS = 100;
  private static final long MAX_CLOCK_OFFSET_NANOS = 500_000_000;

  private final List<String> warnings = new ArrayList<>();

  private StatusWarnings() {}

  /**
   * Returns the warnings, a sentence each.
   *
   * @param status the status of a storage
   * @param now the time by this machine's clock
   */
  public static List<String> of(StorageStatus status, Instant now) {
    StatusWarnings found = new StatusWarnings();
    found.checkState(status, now);
    found.checkTransactions(status.counters());
    found.checkEvents(status.counters());
    return List.copyOf(found.warnings);
  }

  private void checkState(StorageStatus status, Instant now) {
    StorageStatus.Failure failure = status.lastFailure();
    warnIf(
        status.state() == State.DISCONNECTED,
        "disconnected: reads are of the past, and commits fail"
            + (failure == null ? "" : "; the last failure is: " + failure.reason()));
    warnIf(
        status.versions() > MANY_VERSIONS && status.versions() / 10 > status.keys(),
        Figures.count(status.versions())
            + " versions of "
            + Figures.of(status.keys(), "key", "keys")
            + ": a snapshot is open for long, or changes are many");
    warnIf(
        status.appliedTimestamp() != null
            && status.appliedTimestamp().nanosSinceEpoch() - nanos(now) > MAX_CLOCK_OFFSET_NANOS,
        "the newest commit is of the future by this machine's clock: run NTP on all machines");
  }

  private static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  private void checkTransactions(StorageCounters counters) {
    warnIf(
        counters.conflicts() >= MANY_CONFLICTS && counters.conflicts() >= counters.commits() / 2,
        count(counters.conflicts(), "conflict", "conflicts")
            + " beside "
            + count(counters.commits(), "commit", "commits")
            + ": a key is hot");
    warnIf(
        counters.resent() >= MANY_CONFLICTS && counters.resent() >= counters.commits() / 10,
        count(counters.resent(), "transaction", "transactions")
            + " sent again: deletes beside creations, or a bad network");
    warnIf(
        counters.unknownOutcomes() > 0,
        count(counters.unknownOutcomes(), "commit", "commits")
            + " of unknown outcome: the application has to find out about each");
    warnIf(
        counters.exclusiveLocks() >= MANY_CONFLICTS
            && counters.exclusiveLocks() >= counters.commits() / 100,
        count(counters.exclusiveLocks(), "large transaction", "large transactions")
            + " made all others wait: split them");
  }

  private void checkEvents(StorageCounters counters) {
    warnIf(
        counters.sessionsLost() > 0,
        count(counters.sessionsLost(), "session", "sessions")
            + " lost: the process was suspended, or disconnected, for longer than sessionTimeout");
    warnIf(
        counters.resyncs() > 0,
        count(counters.resyncs(), "resync", "resyncs") + ": the log names the reason");
    warnIf(
        counters.malformedRecords() > 0,
        count(counters.malformedRecords(), "commit record is", "commit records are")
            + " malformed: another program writes them, or a clock is before 1970 or past 2200");
    warnIf(
        counters.ignoredKeys() > 0,
        count(counters.ignoredKeys(), "write", "writes")
            + " to reserved keys ignored: another program makes them");
    warnIf(
        counters.clocksRefused() > 0,
        count(counters.clocksRefused(), "timestamp", "timestamps")
            + " of clocks too far ahead: run NTP on all machines");
    warnIf(
        counters.otherHistories() > 0,
        "the store was found on another history "
            + count(counters.otherHistories(), "time", "times")
            + ": without a restore, compact less often, and update etcd");
    warnIf(
        counters.indexFunctionFailures() > 0,
        count(counters.indexFunctionFailures(), "version is", "versions are")
            + " missing in an index whose function failed");
    warnIf(
        counters.uniqueViolations() > 0,
        count(counters.uniqueViolations(), "entry has", "entries have")
            + " the key of another in a unique index: a writer does not define the index");
    warnIf(
        counters.listenerFailures() > 0,
        count(counters.listenerFailures(), "call", "calls") + " of subscribers failed");
    warnIf(
        counters.writeBehindFailures() > 0,
        count(counters.writeBehindFailures(), "write", "writes")
            + " of write-behind buffers failed");
  }

  private static String count(long number, String one, String many) {
    return Figures.of(number, one, many);
  }

  private void warnIf(boolean condition, String warning) {
    if (condition) {
      warnings.add(warning);
    }
  }
}
