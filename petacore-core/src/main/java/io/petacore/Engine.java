package io.petacore;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.NamespaceRefusedException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.WriteThrough;
import io.petacore.internal.format.DeleteFences;
import io.petacore.internal.format.Limits;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.mvcc.Applied;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.sync.SyncCounters;
import io.petacore.internal.sync.Synchronizer;
import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Deadline;
import io.petacore.internal.time.ThreadScheduler;
import io.petacore.internal.transaction.TransactionRunner;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of an open storage, put together here and nowhere else; its opening and its end. */
final class Engine {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(500);
  private static final Duration THREAD_END_BOUND = Duration.ofSeconds(5);

  private final DistributedStorage.Builder settings;
  private final Namespace namespace;
  private final ThreadScheduler scheduler;
  private final MvccCache cache;
  private final HybridLogicalClock clock;
  private final Synchronizer synchronizer;
  private @Nullable WriteThrough writeThrough; // set by the opening thread, before anyone has this
  private @Nullable TransactionRunner runner; // likewise
  private volatile boolean closed;

  private Engine(DistributedStorage.Builder settings) {
    this.settings = settings;
    this.namespace = Namespace.of(settings.namespace);
    this.scheduler = new ThreadScheduler("petacore-" + settings.namespace);
    this.cache = new MvccCache(settings.historyRetention, scheduler::nanoTime);
    this.clock = new HybridLogicalClock(settings.physicalClock, settings.maxClockOffset);
    StatusNotifier notifier = new StatusNotifier(settings.executor, settings.statusListener);
    this.synchronizer =
        new Synchronizer(
            settings.store,
            namespace,
            cache,
            clock,
            scheduler,
            settings.maxClockOffset.plus(settings.commitTimeout),
            state -> notifier.tell(this::status));
  }

  /** Opens a storage with these settings; leaves nothing behind when it throws. */
  static Engine start(DistributedStorage.Builder settings) {
    Engine engine = new Engine(settings);
    try {
      engine.enter();
      return engine;
    } catch (RuntimeException | Error failure) {
      engine.close();
      throw failure;
    }
  }

  private void enter() {
    Deadline deadline = Deadline.in(settings.openTimeout, scheduler::nanoTime);
    NamespaceGate gate = new NamespaceGate(settings.store, namespace);
    log.info("opening namespace {} on {}", namespace, persist(deadline, settings.store::describe));
    persist(deadline, gate::requireNotEnclosed);
    await(deadline, synchronizer.start());
    requireNotEnclosing();
    NamespaceGate.Format format = persist(deadline, gate::enter);
    if (format.createdAt() != 0) {
      lookAgain(deadline, gate, format);
    }
    writeThrough =
        new WriteThrough(
            settings.store,
            namespace,
            cache,
            clock,
            new DeleteFences(format.record().buckets()),
            scheduler,
            synchronizer::expect);
    runner =
        new TransactionRunner(
            cache,
            writeThrough,
            Limits.forRequestsOf(settings.store.limits().maxRequestBytes()),
            scheduler,
            settings.executor,
            new TransactionRunner.Settings(
                settings.isolation, settings.commitTimeout, settings.maxAttempts));
    freeHistoryNowAndThen();
  }

  private void lookAgain(Deadline deadline, NamespaceGate gate, NamespaceGate.Format format) {
    try {
      await(deadline, cache.whenApplied(format.createdAt()));
      requireNotEnclosing();
      persist(deadline, gate::requireNotEnclosed);
    } catch (NamespaceRefusedException refused) {
      persist(deadline, () -> gate.leave(format));
      throw refused;
    }
  }

  private void requireNotEnclosing() {
    Bytes nested = synchronizer.nestedNamespace().orElse(null);
    if (nested != null) {
      throw new NamespaceRefusedException(
          "the namespace "
              + namespace
              + " contains another one, whose format key is "
              + nested
              + ": choose one beside it");
    }
  }

  /** Tries until it succeeds, is refused, or the time is up. */
  private <T> T persist(Deadline deadline, Supplier<CompletableFuture<T>> step) {
    Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF);
    while (true) {
      try {
        return await(deadline, step.get());
      } catch (StoreException failure) {
        long pause = backoff.next().toNanos();
        boolean hopeless =
            failure.kind() == StoreException.Kind.REJECTED
                || failure.kind() == StoreException.Kind.CLOSED;
        if (hopeless || deadline.remainingNanos() <= pause) {
          throw unavailable(failure);
        }
        pause(pause);
      }
    }
  }

  private <T> T await(Deadline deadline, CompletableFuture<T> future) {
    try {
      return future.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw unavailable(synchronizer.lastFailure().orElse(null));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while opening", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PetaCoreException known) {
        known.fillInStackTrace();
        throw known;
      }
      throw new PetaCoreException("opening failed unexpectedly", e.getCause());
    }
  }

  private static void pause(long nanos) {
    try {
      new CompletableFuture<Void>().get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException elapsed) {
      // What was waited for.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while opening", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes this future", e);
    }
  }

  private StoreUnavailableException unavailable(@Nullable StoreException cause) {
    return new StoreUnavailableException(
        "the namespace "
            + namespace
            + " could not be opened within "
            + settings.openTimeout
            + (cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }

  /** History is freed in step with the writes; this is for when there are none. */
  private void freeHistoryNowAndThen() {
    scheduler.schedule(
        settings.historyRetention.dividedBy(2),
        () -> {
          synchronizer.freeHistory();
          freeHistoryNowAndThen();
        });
  }

  /** This, if it has not been closed. */
  Engine open() {
    if (closed) {
      throw new StorageClosedException("the storage was closed");
    }
    return this;
  }

  TransactionRunner runner() {
    TransactionRunner ready = runner;
    if (ready == null) {
      throw new IllegalStateException("not open yet");
    }
    return ready;
  }

  long appliedRevision() {
    return cache.applied().revision();
  }

  StorageStatus status() {
    Applied applied = cache.applied();
    return new StorageStatus(
        switch (synchronizer.state()) {
          case STARTING -> StorageStatus.State.STARTING;
          case SYNCED -> StorageStatus.State.SYNCED;
          case DISCONNECTED -> StorageStatus.State.DISCONNECTED;
          case CLOSED -> StorageStatus.State.CLOSED;
        },
        applied.revision(),
        applied.version(),
        Duration.ofNanos(scheduler.nanoTime() - applied.nanoTime()),
        applied.keys(),
        counters());
  }

  private StorageStatus.Counters counters() {
    SyncCounters sync = synchronizer.counters();
    WriteThrough commit = writeThrough;
    return new StorageStatus.Counters(
        commit == null ? 0 : commit.counters().commits(),
        commit == null ? 0 : commit.counters().conflicts(),
        runner == null ? 0 : runner.retries(),
        commit == null ? 0 : commit.counters().unknownOutcomes(),
        sync.watchesOpened(),
        sync.resyncs(),
        sync.malformedRecords(),
        sync.ignoredKeys(),
        sync.clocksRefused());
  }

  void close() {
    closed = true;
    WriteThrough commit = writeThrough;
    if (commit != null) {
      commit.close(settings.commitTimeout).join();
    }
    synchronizer.close();
    scheduler.shutdown();
    boolean interrupted = false;
    try {
      if (!scheduler.awaitTermination(THREAD_END_BOUND)) {
        log.warn("the thread of namespace {} has not ended within {}", namespace, THREAD_END_BOUND);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
