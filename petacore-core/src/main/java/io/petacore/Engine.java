package io.petacore;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.internal.commit.CommitCounters;
import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.ApplicationExecutor;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Limits;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MemoryUsage;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.sync.SyncCounters;
import io.petacore.internal.sync.Synchronizer;
import io.petacore.internal.transaction.TransactionRunner;
import io.petacore.store.KvStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a storage, put together here and nowhere else, and their end. */
final class Engine {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final Duration THREAD_END_BOUND = Duration.ofSeconds(5);

  private static final Duration SHORTEST_REST = Duration.ofMillis(1);
  private static final Duration HAND_OVER_BOUND = Duration.ofSeconds(5);

  /** A year after the epoch: no clock is that late, and no revision that high. */
  private static final long FIRST_TIMESTAMP = Duration.ofDays(365).toNanos();

  private final DistributedStorage.Builder settings;
  private final Namespace namespace;
  private final Scheduler scheduler;

  /** A thread of its own: a load may keep it for as long as timers must not wait. */
  private final Scheduler syncScheduler;

  private final MvccCache cache;
  final CommitPipeline pipeline;
  private final Synchronizer synchronizer;
  private final ApplicationExecutor executor;
  private final TransactionRunner runner;
  private final StoreHealth health;
  private volatile boolean closed;

  Engine(
      DistributedStorage.Builder settings,
      Namespace namespace,
      FormatRecord format,
      Scheduler scheduler,
      StoreHealth health) {
    KvStore store = new ObservedStore(settings.store, health);
    this.settings = settings;
    this.namespace = namespace;
    this.scheduler = scheduler;
    this.syncScheduler = settings.schedulers.apply("petacore-" + settings.namespace + "-sync");
    this.health = health;
    this.cache =
        settings.caches.make(
            settings.historyRetention, settings.maxHistoryBytes, scheduler::nanoTime);
    HybridLogicalClock clock =
        new HybridLogicalClock(settings.physicalClock, settings.maxClockOffset);
    this.pipeline =
        new CommitPipeline(
            new CommitPipeline.Environment(store, namespace, cache, clock, scheduler),
            new CommitPipeline.Settings(
                settings.maxInFlight,
                settings.maxPendingCommits,
                settings.sessionTimeout,
                new DeleteFences(format.buckets())),
            this::expect,
            this::repair);
    this.executor = new ApplicationExecutor(settings.executor, scheduler);
    StatusNotifier notifier = new StatusNotifier(executor, settings.statusListener);
    this.synchronizer =
        new Synchronizer(
            store,
            namespace,
            cache,
            clock,
            syncScheduler,
            settings.maxClockOffset.plus(settings.commitTimeout),
            pipeline.revisionListener(),
            state -> notifier.tell(this::status));
    this.runner =
        new TransactionRunner(
            cache,
            pipeline,
            Limits.forRequestsOf(store.limits().maxRequestBytes()),
            scheduler,
            executor,
            new TransactionRunner.Settings(
                settings.isolation,
                settings.commitTimeout,
                settings.maxAttempts,
                settings.readOnly));
    health.onFailure(pipeline::storeFailed);
  }

  private void expect(long revision) {
    synchronizer.expect(revision);
  }

  private void repair(String reason) {
    syncScheduler.execute(() -> synchronizer.repair(reason));
  }

  /** Begins to follow the store; done when it has caught up. */
  CompletableFuture<Void> start() {
    freeHistoryNowAndThen();
    return synchronizer
        .start()
        .thenRun(
            () -> {
              if (settings.readOnly) {
                pipeline.startWithoutCommits();
              } else {
                pipeline.start();
              }
            });
  }

  /** History is freed in step with the writes; this is for when there are none. */
  private void freeHistoryNowAndThen() {
    Duration half = settings.historyRetention.dividedBy(2);
    syncScheduler.repeat(
        half.compareTo(SHORTEST_REST) < 0 ? SHORTEST_REST : half,
        () -> {
          runner.releaseForgottenSnapshots();
          synchronizer.freeHistory();
          return true;
        });
  }

  CompletableFuture<AppliedState> whenApplied(long revision) {
    return cache.whenApplied(revision);
  }

  /** When something of a state to be loaded arrived last, on the scheduler's clock. */
  long loadHeardAt() {
    return synchronizer.loadHeardAt();
  }

  /** The format key of a namespace that was found inside this one; null if there is none. */
  @Nullable Bytes nestedNamespace() {
    return synchronizer.nestedNamespace().orElse(null);
  }

  /** What runs transactions, unless the storage was closed. */
  TransactionRunner runner() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
    return runner;
  }

  /** What single reads look into; it finds out by itself when the storage has been closed. */
  MvccCache cache() {
    return cache;
  }

  long appliedRevision() {
    return cache.applied().revision();
  }

  StorageStatus status() {
    AppliedState applied = cache.applied();
    MemoryUsage memoryUsage = cache.memoryUsage();
    return new StorageStatus(
        switch (synchronizer.state()) {
          case STARTING -> StorageStatus.State.STARTING;
          case SYNCED -> StorageStatus.State.SYNCED;
          case DISCONNECTED -> StorageStatus.State.DISCONNECTED;
          case CLOSED -> StorageStatus.State.CLOSED;
        },
        applied.revision(),
        isTimestamp(applied.timestamp()) ? applied.timestamp() : 0,
        Duration.ofNanos(scheduler.nanoTime() - applied.nanoTime()),
        applied.keys(),
        synchronizer.loading(),
        memoryUsage.versions(),
        memoryUsage.bytes(),
        health.lastContact(),
        health.lastFailure(),
        counters());
  }

  /**
   * Whether a version is a timestamp. Before the first commit, where only other programs have
   * written, versions count from the revision up.
   */
  private static boolean isTimestamp(long timestamp) {
    return timestamp > FIRST_TIMESTAMP;
  }

  private StorageStatus.Counters counters() {
    SyncCounters sync = synchronizer.counters();
    CommitCounters commit = pipeline.counters();
    return new StorageStatus.Counters(
        commit.commits(),
        commit.batches(),
        commit.batchedTransactions(),
        commit.localConflicts(),
        commit.storeConflicts(),
        runner.retries(),
        commit.resent(),
        commit.resolvedApplied(),
        commit.resolvedNotApplied(),
        commit.unknownOutcomes(),
        commit.sessionsLost(),
        commit.exclusiveLocks(),
        sync.watchesOpened(),
        sync.resyncs(),
        sync.malformedRecords(),
        sync.ignoredKeys(),
        sync.clocksRefused(),
        sync.otherHistories());
  }

  void close() {
    closed = true;
    scheduler.join(pipeline.close(settings.closeTimeout));
    synchronizer.close();
    runner.close();
    try {
      // Until then a carrier that the application's executor blocks is replaced.
      scheduler.await(executor.whenIdle(), HAND_OVER_BOUND.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    scheduler.shutdown();
    syncScheduler.shutdown();
    try {
      if (!scheduler.awaitTermination(THREAD_END_BOUND)
          || !syncScheduler.awaitTermination(THREAD_END_BOUND)) {
        log.warn(
            "a thread of namespace {} has not ended within {}: application code may hold it",
            namespace,
            THREAD_END_BOUND);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.debug("namespace {}: closed; {}", namespace, counters());
  }
}
