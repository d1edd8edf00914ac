package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.store.KvStore;
import io.petacore.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates the store into the cache; the only writer of the cache.
 *
 * <p><b>Life cycle.</b> An {@linkplain StateLoader initial load} at one revision; then, for as long
 * as the storage is open, a {@linkplain HistoryCheck check of the store's history} and a
 * {@linkplain WatchSession watch session} from the applied revision + 1 on. A session ends at the
 * first error; a store's own resumption is not relied upon. If revisions are compacted or lost, or
 * the history has changed, a {@linkplain Resync resync} precedes the next session.
 *
 * <p><b>Threads.</b> These {@linkplain SyncSteps steps} run on the scheduler. A session applies
 * revisions on the store's thread. All state is guarded by the {@link SyncLock}, under which every
 * write to the cache but the initial load is made.
 */
public final class Synchronizer {

  private static final Logger log = LoggerFactory.getLogger(Synchronizer.class);

  /** The state of the replication. */
  public enum State {
    /** The initial load is running; the cache is empty. */
    STARTING,
    /** A watch delivers revisions. */
    SYNCED,
    /** No watch is open; the cache is readable but may be stale. */
    DISCONNECTED,
    /** Closed, permanently. */
    CLOSED
  }

  private final KvStore store;
  private final Namespace namespace;
  private final MvccCache cache;
  private final Scheduler scheduler;
  private final Monitor monitor;
  private final SyncCounters counters = new SyncCounters();
  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final KeyClassifier classifier;
  private final SyncSteps steps;
  private final SyncLock lock;
  private final StateLoader loader;
  private final HistoryCheck historyCheck;
  private final Resync resync;
  private final DeliveryWatchdog watchdog;
  private final WatchSession.Owner sessionOwner = new SessionOwner();
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  private volatile long loading; // the entries read by the running load; written on the scheduler

  /**
   * @param agreementMargin how long clocks and requests of other nodes may lag: see {@link
   *     RevisionApplier}
   * @param listener receives every published state
   * @param onState receives every change of state and the progress of loads, in order, under a
   *     lock: must neither block nor run application code
   * @param monitor receives the ends of resyncs and watch sessions
   */
  public Synchronizer(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      Scheduler scheduler,
      Duration agreementMargin,
      RevisionListener listener,
      Consumer<State> onState,
      Monitor monitor) {
    this.store = store;
    this.namespace = namespace;
    this.cache = cache;
    this.scheduler = scheduler;
    this.monitor = monitor;
    this.classifier = new KeyClassifier(namespace, counters);
    this.steps = new SyncSteps(scheduler, () -> state.get() == State.CLOSED);
    RevisionApplier applier =
        new RevisionApplier(cache, clock, classifier, counters, agreementMargin, listener);
    this.lock = new SyncLock(new SyncState(applier, listener, onState, state), listener);
    this.watchdog = new DeliveryWatchdog(scheduler, () -> cache.applied().revision(), lock);
    this.loader =
        new StateLoader(
            store, namespace, classifier, scheduler, this::onProgress, steps::recordFailure);
    this.historyCheck = new HistoryCheck(store, namespace, classifier, lock, steps);
    this.resync =
        new Resync(
            this::load, cache, lock, steps, counters, watchdog::forget, this::follow, monitor);
  }

  /**
   * Starts the initial load; it is retried until the Synchronizer is closed.
   *
   * @return completes when the Synchronizer is first {@link State#SYNCED}; fails if it is closed
   *     before
   */
  public CompletableFuture<Void> start() {
    steps.start(
        this::initialLoad,
        () -> {
          if (cache.applied().revision() == 0) {
            initialLoad();
          } else {
            follow();
          }
        },
        watchdog::recover);
    return synced;
  }

  /** The current state. May be called by any thread. */
  public State state() {
    return state.get();
  }

  /** The number of entries that the running load has read, as last reported; 0 if there is none. */
  public long loading() {
    return loading;
  }

  /** The scheduler's time at which bytes of a load last arrived, in nanoseconds. */
  public long loadHeardAt() {
    return loader.lastReceivedNanos();
  }

  /** The replication counters. */
  public SyncCounters counters() {
    return counters;
  }

  /** The most recent failure of the store, if there was one. */
  public Optional<StoreException> lastFailure() {
    return steps.lastFailure();
  }

  /** The format key of the first namespace found nested in this one, if there is one. */
  public Optional<Bytes> nestedNamespace() {
    return classifier.nestedNamespace();
  }

  // ---- steps, on the scheduler

  private void initialLoad() {
    steps.after(
        load(new InitialLoadSink(cache)),
        this::onInitialLoad,
        failure -> steps.loadLater(failure, this::initialLoad));
  }

  private CompletableFuture<LoadedState> load(LoadSink sink) {
    return loader.load(sink).whenComplete((loaded, failure) -> loading = 0);
  }

  private void onProgress(long entries) {
    loading = entries;
    notifyProgress();
  }

  private void notifyProgress() {
    lock.locked(
        guarded -> {
          if (!guarded.isClosed()) {
            guarded.notifyState();
          }
          return true;
        });
  }

  private void onInitialLoad(LoadedState loaded) {
    boolean open =
        lock.locked(
            guarded -> {
              if (!guarded.isClosed()) {
                guarded.applier().begin(loaded);
              }
              return !guarded.isClosed();
            });
    if (open) {
      log.info(
          "namespace {}: loaded {} keys at revision {}",
          namespace,
          cache.applied().keys(),
          loaded.revision());
      follow();
    }
  }

  /** Opens a watch or starts a resync. */
  private void follow() {
    if (lock.locked(SyncState::isResyncRequired)) {
      checkHistory(resync::start, this::followLater);
    } else {
      openWatch(cache.applied().revision() + 1);
    }
  }

  private void followLater(StoreException failure) {
    steps.recordFailure(failure);
    steps.watchLater(this::follow);
  }

  /**
   * Checks the store's history.
   *
   * @param onResult receives the result, also if the store has compacted the applied revision
   * @param onFailure receives the failure if the store cannot be read
   */
  private void checkHistory(Consumer<Continuity> onResult, Consumer<StoreException> onFailure) {
    historyCheck.start(
        cache.applied().revision(),
        watchdog.expected(),
        continuity -> {
          if (continuity == Continuity.BROKEN) {
            log.warn("namespace {}: the store is on another history than before", namespace);
          }
          onResult.accept(continuity);
        },
        failure -> {
          switch (failure.kind()) {
            case COMPACTED -> onResult.accept(Continuity.UNKNOWN);
            case FUTURE_REVISION -> {
              log.warn(
                  "namespace {}: the store has not reached a revision that it confirmed: {}",
                  namespace,
                  failure.getMessage());
              onResult.accept(Continuity.BROKEN);
            }
            default -> onFailure.accept(failure);
          }
        });
  }

  private void onHistoryChecked(WatchSession session, Continuity continuity) {
    if (continuity == Continuity.PROVED && !lock.locked(SyncState::isResyncRequired)) {
      if (session.confirm()) {
        synced.complete(null);
      }
    } else if (session.abandon()) {
      resync.start(continuity);
    }
  }

  private void onHistoryUnread(WatchSession session, StoreException failure) {
    if (session.abandon()) {
      followLater(failure);
    }
  }

  private void openWatch(long fromRevision) {
    WatchSession session =
        new WatchSession(store, namespace, scheduler, lock, sessionOwner, monitor, fromRevision);
    if (lock.locked(guarded -> guarded.begin(session))) {
      session.open();
    }
  }

  /** Called by watch sessions, on any thread. */
  private final class SessionOwner implements WatchSession.Owner {
    @Override
    public void accepted(WatchSession session) {
      counters.watchesOpened.incrementAndGet();
      steps.execute(
          () ->
              checkHistory(
                  continuity -> onHistoryChecked(session, continuity),
                  failure -> onHistoryUnread(session, failure)));
    }

    @Override
    public void failedToApply(WatchSession session) {
      steps.executeAfterSession(
          session.startedNanos(), () -> steps.watchLater(Synchronizer.this::follow));
    }

    @Override
    public void ended(WatchSession session, StoreException cause) {
      steps.recordFailure(cause);
      steps.executeAfterSession(
          session.startedNanos(),
          cause.kind() == StoreException.Kind.COMPACTED
              ? () -> resync.start(Continuity.UNKNOWN)
              : () -> steps.watchLater(Synchronizer.this::follow));
    }
  }

  // ---- called by any thread

  /**
   * Records a revision that the store is known to have. If it is not applied, and neither revisions
   * nor bytes arrive for {@link CatchUp#silenceBound}, the watch is replaced: it has failed
   * silently. A watch that is still delivering is kept, since a new one would have to start again.
   * Does not block.
   *
   * @param revision a revision that the store has confirmed or shown
   */
  public void expect(long revision) {
    watchdog.expect(revision);
  }

  /**
   * Requires a resync, because the cache was found to differ from the store: a revision was lost on
   * the way here.
   *
   * @param reason how the difference was found
   */
  public void repair(String reason) {
    AtomicReference<@Nullable WatchSession> last = new AtomicReference<>();
    boolean required =
        lock.locked(
            guarded -> {
              if (guarded.isClosed() || guarded.isResyncRequired()) {
                return false;
              }
              guarded.requireResync();
              last.set(guarded.end(State.DISCONNECTED));
              return true;
            });
    if (!required) {
      return;
    }
    log.warn("namespace {}: resync: {}", namespace, reason);
    WatchSession session = last.get();
    if (session != null) {
      session.close(reason);
      steps.execute(this::follow);
    } // else a session is about to be opened, which checks whether a resync is required
  }

  /** Frees history that is no longer kept. */
  public void freeHistory() {
    lock.locked(
        guarded -> {
          if (!guarded.isClosed()) {
            cache.freeHistory();
          }
          return true;
        });
  }

  /**
   * Stops the replication permanently and closes the cache. Does not wait; nothing is applied after
   * it returns.
   */
  public void close() {
    loader.stop();
    WatchSession last =
        lock.locked(
            guarded -> {
              // During the initial load the loader writes to the cache without the lock.
              if (state.get() != State.STARTING && !guarded.isClosed()) {
                cache.close();
              }
              return guarded.end(State.CLOSED);
            });
    if (last != null) {
      last.close("the storage was closed");
    }
    cache.closeWaiters(new StorageClosedException("the storage was closed"));
    synced.completeExceptionally(
        new StoreUnavailableException(
            "the storage was closed before it was synced", steps.lastFailure().orElse(null)));
  }
}
