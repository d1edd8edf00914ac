package io.petacore;

import static java.util.Map.entry;

import io.petacore.StorageCounters.Counter;
import io.petacore.data.Timestamp;
import io.petacore.internal.commit.CommitCounters;
import io.petacore.internal.engine.Engine;
import io.petacore.internal.engine.StoreHealth;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MemoryUsage;
import io.petacore.internal.sync.SyncCounters;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the public status of an engine. */
final class StatusSource {

  /** A year after the epoch: no clock is that late, and no revision that high. */
  private static final long FIRST_TIMESTAMP = Duration.ofDays(365).toNanos();

  private StatusSource() {}

  static StorageStatus statusOf(Engine engine) {
    AppliedState applied = engine.applied();
    MemoryUsage memory = engine.memoryUsage();
    StoreHealth health = engine.health();
    return new StorageStatus(
        switch (engine.state()) {
          case STARTING -> StorageStatus.State.STARTING;
          case SYNCED -> StorageStatus.State.SYNCED;
          case DISCONNECTED -> StorageStatus.State.DISCONNECTED;
          case CLOSED -> StorageStatus.State.CLOSED;
        },
        applied.revision(),
        timestampOf(applied),
        engine.age(applied),
        stalenessOf(engine),
        applied.keys(),
        engine.loading(),
        memory.versions(),
        memory.bytes(),
        health.lastContact(),
        failureOf(health),
        new StorageStatus.Subscriptions(
            engine.currentSubscriptions().count(),
            engine.currentSubscriptions().maxPendingChanges()),
        countersOf(engine));
  }

  private static @Nullable Duration stalenessOf(Engine engine) {
    long nanos = engine.pipeline().freshness().stalenessNanos();
    return nanos < 0 ? null : Duration.ofNanos(nanos);
  }

  /** Before the first commit, if only foreign programs have written, timestamps are revisions. */
  private static @Nullable Timestamp timestampOf(AppliedState applied) {
    return applied.timestamp() > FIRST_TIMESTAMP ? Timestamp.of(applied.timestamp()) : null;
  }

  private static StorageStatus.@Nullable Failure failureOf(StoreHealth health) {
    StoreHealth.Failure last = health.lastFailure();
    return last == null ? null : new StorageStatus.Failure(last.reason(), last.at());
  }

  static StorageCounters countersOf(Engine engine) {
    CommitCounters commit = engine.commitCounters();
    SyncCounters sync = engine.syncCounters();
    return StorageCounters.of(
        Map.ofEntries(
            entry(Counter.COMMITS, commit.commits()),
            entry(Counter.BATCHES, commit.batches()),
            entry(Counter.EMPTY_BATCHES, commit.emptyBatches()),
            entry(Counter.BATCHED_TRANSACTIONS, commit.batchedTransactions()),
            entry(Counter.LOCAL_CONFLICTS, commit.localConflicts()),
            entry(Counter.STORE_CONFLICTS, commit.storeConflicts()),
            entry(Counter.RETRIES, engine.retries()),
            entry(Counter.RESENT, commit.resent()),
            entry(Counter.RESOLVED_APPLIED, commit.resolvedApplied()),
            entry(Counter.RESOLVED_NOT_APPLIED, commit.resolvedNotApplied()),
            entry(Counter.UNKNOWN_OUTCOMES, commit.unknownOutcomes()),
            entry(Counter.SESSIONS_LOST, commit.sessionsLost()),
            entry(Counter.EXCLUSIVE_LOCKS, commit.exclusiveLocks()),
            entry(Counter.WATCHES_OPENED, sync.watchesOpened()),
            entry(Counter.RESYNCS, sync.resyncs()),
            entry(Counter.MALFORMED_RECORDS, sync.malformedRecords()),
            entry(Counter.IGNORED_KEYS, sync.ignoredKeys()),
            entry(Counter.CLOCKS_REFUSED, sync.clocksRefused()),
            entry(Counter.OTHER_HISTORIES, sync.otherHistories()),
            entry(
                Counter.INDEX_FUNCTION_FAILURES,
                engine.cache().indexes().failures().functionFailures()),
            entry(
                Counter.UNIQUE_VIOLATIONS, engine.cache().indexes().failures().uniqueViolations()),
            entry(Counter.CONFLATIONS, engine.currentSubscriptions().counters().conflations()),
            entry(Counter.LISTENER_FAILURES, engine.currentSubscriptions().counters().failures())));
  }
}
