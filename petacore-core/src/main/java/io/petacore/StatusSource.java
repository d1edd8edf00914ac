package io.petacore;

import io.petacore.StorageCounters.Counter;
import io.petacore.data.Timestamp;
import io.petacore.internal.commit.CommitCounters;
import io.petacore.internal.engine.Engine;
import io.petacore.internal.engine.StoreHealth;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MemoryUsage;
import io.petacore.internal.sync.SyncCounters;
import java.time.Duration;
import java.util.EnumMap;
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
    EnumMap<Counter, Long> values = new EnumMap<>(Counter.class);
    for (Counter counter : Counter.values()) {
      values.put(counter, counter(engine, counter));
    }
    return StorageCounters.of(values);
  }

  static long counter(Engine engine, Counter counter) {
    CommitCounters commit = engine.commitCounters();
    SyncCounters sync = engine.syncCounters();
    return switch (counter) {
      case COMMITS -> commit.commits();
      case BATCHES -> commit.batches();
      case EMPTY_BATCHES -> commit.emptyBatches();
      case BATCHED_TRANSACTIONS -> commit.batchedTransactions();
      case LOCAL_CONFLICTS -> commit.localConflicts();
      case STORE_CONFLICTS -> commit.storeConflicts();
      case RETRIES -> engine.retries();
      case RESENT -> commit.resent();
      case RESOLVED_APPLIED -> commit.resolvedApplied();
      case RESOLVED_NOT_APPLIED -> commit.resolvedNotApplied();
      case UNKNOWN_OUTCOMES -> commit.unknownOutcomes();
      case SESSIONS_LOST -> commit.sessionsLost();
      case EXCLUSIVE_LOCKS -> commit.exclusiveLocks();
      case WATCHES_OPENED -> sync.watchesOpened();
      case RESYNCS -> sync.resyncs();
      case MALFORMED_RECORDS -> sync.malformedRecords();
      case IGNORED_KEYS -> sync.ignoredKeys();
      case CLOCKS_REFUSED -> sync.clocksRefused();
      case OTHER_HISTORIES -> sync.otherHistories();
      case INDEX_FUNCTION_FAILURES -> engine.cache().indexes().failures().functionFailures();
      case UNIQUE_VIOLATIONS -> engine.cache().indexes().failures().uniqueViolations();
      case CONFLATIONS -> engine.currentSubscriptions().counters().conflations();
      case LISTENER_FAILURES -> engine.currentSubscriptions().counters().failures();
      case WRITE_BEHIND_FAILURES -> engine.writeBehinds().failed();
    };
  }
}
