package io.petacore.internal.engine;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.internal.commit.CommitCounters;
import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.commit.PipelineEnvironment;
import io.petacore.internal.commit.PipelineSettings;
import io.petacore.internal.concurrent.ApplicationExecutor;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.feed.Subscriptions;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.FormatRecord;
import io.petacore.internal.format.Limits;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MemoryUsage;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.sync.SyncCounters;
import io.petacore.internal.sync.Synchronizer;
import io.petacore.internal.transaction.TransactionRunner;
import io.petacore.internal.writebehind.WriteBehindContext;
import io.petacore.internal.writebehind.WriteBehinds;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one open storage: wires them, starts them and closes them. */
public final class Engine {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final Duration THREAD_END_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration EXECUTOR_IDLE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration MIN_FREE_INTERVAL = Duration.ofMillis(1);

  private final StorageConfig config;
  private final Namespace namespace;
  private final Scheduler scheduler;

  /** With a thread of its own: a load may keep it busy for as long as timers must not wait. */
  private final Scheduler syncScheduler;

  private final Scheduler subscriptionScheduler;

  private final MvccCache cache;
  private final DecodedValues decoded;
  private final Monitor monitor;
  private final CommitPipeline pipeline;
  private final Synchronizer synchronizer;
  private final ApplicationExecutor executor;
  private final TransactionRunner runner;
  private final WriteBehinds writeBehinds;
  private final Subscriptions subscriptions;
  private final StoreHealth health;
  private volatile boolean closed;

  Engine(
      StorageConfig config,
      Namespace namespace,
      FormatRecord format,
      Scheduler scheduler,
      StoreHealth health) {
    KvStore store = new ObservedStore(config.store(), health);
    this.config = config;
    this.namespace = namespace;
    this.scheduler = scheduler;
    this.syncScheduler = config.newScheduler("-sync");
    this.subscriptionScheduler = config.newScheduler("-subscriptions");
    this.health = health;
    this.cache =
        config
            .internals()
            .caches()
            .make(config.history().retention(), config.history().maxBytes(), scheduler::nanoTime);
    cache.indexes().define(config.indexes());
    this.decoded = new DecodedValues(config.history().maxDecodedBytes());
    HybridLogicalClock clock =
        new HybridLogicalClock(config.clock().physical(), config.clock().maxOffset());
    this.monitor = new Monitor(config.namespace(), config.clock().physical(), scheduler::nanoTime);
    this.pipeline =
        new CommitPipeline(
            new PipelineEnvironment(store, namespace, cache, clock, scheduler, monitor),
            new PipelineSettings(
                config.pipeline().maxInFlight(),
                config.pipeline().maxPendingCommits(),
                config.pipeline().sessionTimeout(),
                config.pipeline().idleWriteInterval(),
                new DeleteFences(format.buckets())),
            this::expect,
            this::repair);
    this.executor = new ApplicationExecutor(config.executor(), scheduler);
    Runnable statusReporter = config.statusReporting().reporterOf(this, executor);
    Limits limits = Limits.forRequestsOf(store.limits().maxRequestBytes());
    this.runner =
        new TransactionRunner(
            cache,
            decoded,
            pipeline,
            limits,
            store.limits(),
            scheduler,
            executor,
            config.transactions());
    this.writeBehinds =
        new WriteBehinds(
            new WriteBehindContext(
                runner, cache, limits, namespace.prefix().length(), scheduler, executor),
            config.isReadOnly());
    this.subscriptions =
        new Subscriptions(
            cache, runner.snapshots()::applied, scheduler, subscriptionScheduler, executor);
    this.synchronizer =
        new Synchronizer(
            store,
            namespace,
            cache,
            clock,
            syncScheduler,
            config.clock().maxOffset().plus(config.transactions().timeout()),
            new PublishingListener(pipeline.revisionListener(), subscriptions),
            state -> statusReporter.run(),
            monitor);
    health.onFailure(this::storeFailed);
  }

  private void storeFailed(StoreException failure) {
    pipeline.storeFailed(failure);
    if (failure.kind() == StoreException.Kind.CLOSED) {
      subscriptions.lose(failure);
    }
  }

  private void expect(long revision) {
    synchronizer.expect(revision);
  }

  private void repair(String reason) {
    syncScheduler.execute(() -> synchronizer.repair(reason));
  }

  /** Starts to follow the store; the future completes when the initial load is done. */
  CompletableFuture<Void> start() {
    scheduleFreeingOfHistory();
    return synchronizer
        .start()
        .thenRun(
            () -> {
              if (config.isReadOnly()) {
                pipeline.startWithoutCommits();
              } else {
                pipeline.start();
              }
            });
  }

  /** Writes free history as they go; this frees it when there are none. */
  private void scheduleFreeingOfHistory() {
    Duration half = config.history().retention().dividedBy(2);
    syncScheduler.repeat(
        half.compareTo(MIN_FREE_INTERVAL) < 0 ? MIN_FREE_INTERVAL : half,
        () -> {
          runner.releaseForgottenSnapshots();
          synchronizer.freeHistory();
          return true;
        });
  }

  /** Completes when a revision is applied, on the thread that applies it. */
  public CompletableFuture<AppliedState> whenApplied(long revision) {
    return cache.whenApplied(revision);
  }

  /** When a part of a state being loaded last arrived, on the scheduler's clock. */
  long loadHeardAt() {
    return synchronizer.loadHeardAt();
  }

  /** The format key of another namespace found inside this one; null if there is none. */
  @Nullable Bytes nestedNamespace() {
    return synchronizer.nestedNamespace().orElse(null);
  }

  /**
   * The runner of transactions.
   *
   * @throws StorageClosedException if the storage was closed
   */
  public TransactionRunner runner() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
    return runner;
  }

  /** The write-behind buffers. */
  public WriteBehinds writeBehinds() {
    return writeBehinds;
  }

  /**
   * The subscriptions.
   *
   * @throws StorageClosedException if the storage was closed
   */
  public Subscriptions subscriptions() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
    return subscriptions;
  }

  /** The subscriptions of a storage that may be closed, for its status. */
  public Subscriptions currentSubscriptions() {
    return subscriptions;
  }

  /** Whether {@link #close} has been called. */
  public boolean isClosed() {
    return closed;
  }

  /** The cache; its reads fail once the storage is closed. */
  public MvccCache cache() {
    return cache;
  }

  /** The decoded values of the cache. */
  public DecodedValues decodedValues() {
    return decoded;
  }

  /** Receives recorders of the application. */
  public Monitor monitor() {
    return monitor;
  }

  /** The commit pipeline. */
  public CommitPipeline pipeline() {
    return pipeline;
  }

  /** The namespace. */
  public Namespace namespace() {
    return namespace;
  }

  /** The newest applied state. */
  public AppliedState applied() {
    return cache.applied();
  }

  /** The time since a state was applied. */
  public Duration age(AppliedState applied) {
    return Duration.ofNanos(scheduler.nanoTime() - applied.nanoTime());
  }

  /** The connection to the store. */
  public Synchronizer.State state() {
    return synchronizer.state();
  }

  /** The number of entries loaded so far by a load in progress; 0 if none is. */
  public long loading() {
    return synchronizer.loading();
  }

  /** The estimated heap footprint of the cache. */
  public MemoryUsage memoryUsage() {
    return cache.memoryUsage();
  }

  /** The health of the store, as seen by this storage. */
  public StoreHealth health() {
    return health;
  }

  /** Counters of the commit pipeline. */
  public CommitCounters commitCounters() {
    return pipeline.counters();
  }

  /** Replication counters. */
  public SyncCounters syncCounters() {
    return synchronizer.counters();
  }

  /** The number of bodies that were run again. */
  public long retries() {
    return runner.retries();
  }

  /** Closes all parts; returns when none of their threads is left. Idempotent. */
  public void close() {
    closed = true;
    writeBehinds.close(config.timeouts().close());
    scheduler.join(pipeline.close(config.timeouts().close()));
    subscriptions.close();
    synchronizer.close();
    runner.close();
    writeBehinds.awaitOutcomes(THREAD_END_TIMEOUT);
    decoded.close();
    try {
      // Until then a worker thread that the application's executor blocks is replaced.
      scheduler.await(executor.whenIdle(), EXECUTOR_IDLE_TIMEOUT.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<Scheduler> schedulers = List.of(scheduler, syncScheduler, subscriptionScheduler);
    schedulers.forEach(Scheduler::shutdown);
    try {
      boolean ended = true;
      for (Scheduler each : schedulers) {
        ended &= each.awaitTermination(THREAD_END_TIMEOUT);
      }
      if (!ended) {
        log.warn(
            "a thread of namespace {} has not ended within {}: application code may hold it",
            namespace,
            THREAD_END_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
