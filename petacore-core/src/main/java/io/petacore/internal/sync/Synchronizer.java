package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.time.Backoff;
import io.petacore.internal.time.Continuation;
import io.petacore.internal.time.Scheduler;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cache in step with the store; the only one who writes the cache.
 *
 * <p>Load everything at one revision, then watch from the next one on. Any error or end of a watch
 * is its end: another is opened from the applied revision + 1, and no store's own resume is
 * trusted. Before each opening the commit record at the applied revision is read: if it is not the
 * one that is known, the store is on another history (restored from a backup), whose revision
 * numbers mean other data. Whenever what is missing can't be had one by one, everything is loaded
 * again and the difference applied as one revision; readers keep the old state until the new one is
 * whole.
 *
 * <p><b>Threads.</b> Steps that follow each other (loading, opening) run on the scheduler. Events
 * are applied on the store's thread, which saves a hand-over on the way of every commit. Both write
 * only under {@link #lock}, and a watch's events count only while it is {@link #current}, which is
 * tested under the same lock: what an old watch still says changes nothing.
 */
public final class Synchronizer {

  private static final Logger log = LoggerFactory.getLogger(Synchronizer.class);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(2);
  private static final Duration OPENING_BOUND = Duration.ofSeconds(5);

  /** Where the Synchronizer stands towards the store. */
  public enum State {
    /** Loading; the cache is empty. */
    STARTING,
    /** Following the store. */
    SYNCED,
    /** Cut off, trying to come back. */
    DISCONNECTED,
    /** Closed, for good. */
    CLOSED
  }

  private final KvStore store;
  private final Namespace namespace;
  private final MvccCache cache;
  private final Scheduler scheduler;
  private final Consumer<State> onState;
  private final SyncCounters counters = new SyncCounters();
  private final Intake intake;
  private final StateLoader loader;
  private final RevisionApplier applier; // guarded by lock
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  private final Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF); // scheduler only

  private final Object lock = new Object();
  private @Nullable Feed current; // guarded by lock
  private volatile State state = State.STARTING; // written under lock
  private volatile @Nullable StoreException lastFailure;

  /**
   * @param settling how long clocks and requests of other nodes may trail: see {@link
   *     RevisionApplier}
   * @param onState told of every change of state, in order, under a lock: it must only hand over
   */
  public Synchronizer(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      Scheduler scheduler,
      Duration settling,
      Consumer<State> onState) {
    this.store = store;
    this.namespace = namespace;
    this.cache = cache;
    this.scheduler = scheduler;
    this.onState = onState;
    this.intake = new Intake(namespace, counters);
    this.loader = new StateLoader(store, namespace, intake, scheduler);
    this.applier = new RevisionApplier(cache, clock, intake, counters, settling);
  }

  /**
   * Begins; the future completes at the first {@link State#SYNCED}. Tries for as long as it is not
   * closed.
   */
  public CompletableFuture<Void> start() {
    scheduler.execute(this::load);
    return synced;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  /** What it has met. */
  public SyncCounters counters() {
    return counters;
  }

  /** Why the store could not be reached the last time that it could not. */
  public Optional<StoreException> lastFailure() {
    return Optional.ofNullable(lastFailure);
  }

  /** The format key of a namespace that was found inside this one, if any was. */
  public Optional<Bytes> nestedNamespace() {
    return intake.nestedNamespace();
  }

  // ---- on the scheduler: load, open, load again

  private void load() {
    proceed(loader.load(), this::begin, failure -> retryLater(failure, this::load));
  }

  private void begin(LoadedState loaded) {
    synchronized (lock) {
      applier.begin(loaded);
    }
    log.info(
        "namespace {}: loaded {} keys at revision {}",
        namespace,
        cache.applied().keys(),
        loaded.revision());
    openWatch();
  }

  private void openWatch() {
    if (state == State.CLOSED) {
      return;
    }
    long revision = cache.applied().revision();
    Bytes recordKey = namespace.toStore(ReservedKeys.COMMIT_RECORD);
    proceed(
        store.range(new RangeRequest(KeyRange.single(recordKey), revision, 1)),
        page -> {
          if (isKnownHistory(page)) {
            openWatchFrom(revision + 1);
          } else {
            log.warn("the store is on another history than before: loading it anew");
            resync(true);
          }
        },
        this::historyUnread);
  }

  private boolean isKnownHistory(RangePage page) {
    RecordPosition found =
        page.entries().isEmpty() ? RecordPosition.NONE : RecordPosition.of(page.entries().get(0));
    synchronized (lock) {
      return found.equals(applier.record());
    }
  }

  private void historyUnread(StoreException failure) {
    switch (failure.kind()) {
      case COMPACTED -> resync(false);
      case FUTURE_REVISION -> {
        log.warn("the store has not reached a revision that it gave out: {}", failure.getMessage());
        resync(true);
      }
      default -> retryLater(failure, this::openWatch);
    }
  }

  private void openWatchFrom(long revision) {
    Feed feed = new Feed(scheduler.nanoTime());
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      current = feed;
    }
    counters.watchesOpened.incrementAndGet();
    feed.watch(revision);
    scheduler.schedule(OPENING_BOUND, feed::requireOpened);
  }

  private void resync(boolean newHistory) {
    counters.resyncs.incrementAndGet();
    reload(newHistory);
  }

  private void reload(boolean newHistory) {
    proceed(
        loader.load(),
        loaded -> {
          synchronized (lock) {
            boolean anotherHistory = newHistory || loaded.revision() < cache.applied().revision();
            if (anotherHistory) {
              cache.abandonWaiters(
                  new PetaCoreException("the store was restored to another history"));
            }
            applier.resync(loaded, anotherHistory);
          }
          openWatch();
        },
        failure -> retryLater(failure, () -> reload(newHistory)));
  }

  /**
   * Goes on with the next step, on the scheduler. After a step that failed in a way nobody foresaw
   * another is taken: following the store must not end in silence.
   */
  private <T> void proceed(
      CompletableFuture<T> answer, Consumer<T> next, Consumer<StoreException> onFailure) {
    Continuation.after(
        answer,
        scheduler,
        (value, failure) -> {
          if (value != null) {
            next.accept(value);
          } else {
            onFailure.accept(StoreException.of(failure));
          }
        },
        defect ->
            scheduler.schedule(
                MAX_BACKOFF, cache.applied().revision() == 0 ? this::load : this::openWatch));
  }

  private void retryLater(StoreException failure, Runnable step) {
    if (state == State.CLOSED) {
      return;
    }
    lastFailure = failure;
    log.debug("the store is not available", failure);
    scheduler.schedule(backoff.next(), step);
  }

  // ---- from anywhere

  /**
   * Opens another watch if a revision that is known to exist has not been applied: a watch that is
   * silent about it has failed without saying so.
   */
  public void expect(long revision) {
    Feed silent;
    synchronized (lock) {
      silent = cache.applied().revision() < revision ? current : null;
    }
    if (silent != null) {
      silent.end(
          new StoreException(
              StoreException.Kind.UNAVAILABLE,
              "the watch has not delivered revision " + revision + " in time",
              null));
    }
  }

  /** Frees history that has been kept for long enough. */
  public void freeHistory() {
    synchronized (lock) {
      cache.freeHistory();
    }
  }

  /** Stops following the store, for good. Does not wait; nothing is applied once it returns. */
  public void close() {
    Feed last;
    synchronized (lock) {
      last = current;
      current = null;
      enter(State.CLOSED);
    }
    if (last != null) {
      last.closeWatch();
    }
    cache.abandonWaiters(new StorageClosedException("the storage was closed"));
    synced.completeExceptionally(
        new StoreUnavailableException("the storage was closed before it was synced", lastFailure));
  }

  /** Under the lock. */
  private void enter(State next) {
    if (state != next && state != State.CLOSED) {
      state = next;
      onState.accept(next);
    }
  }

  /** One watch, from its opening to its end. */
  private final class Feed implements WatchListener {
    private final long startedAt;
    private volatile @Nullable Watch watch;
    private boolean opened; // guarded by lock

    Feed(long startedAt) {
      this.startedAt = startedAt;
    }

    void watch(long fromRevision) {
      watch = store.watch(namespace.range(), fromRevision, this);
      synchronized (lock) {
        if (current == this) {
          return;
        }
      }
      closeWatch(); // it ended, or all was closed, before there was a handle to close
    }

    void closeWatch() {
      Watch handle = watch;
      if (handle != null) {
        handle.close();
      }
    }

    @Override
    public void onOpened() {
      synchronized (lock) {
        if (current != this) {
          return;
        }
        opened = true;
        enter(State.SYNCED);
      }
      synced.complete(null);
    }

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      synchronized (lock) {
        if (current != this) {
          return;
        }
        try {
          for (RevisionEvents events : revisions) {
            applier.apply(events);
          }
          return;
        } catch (RevisionApplier.MissingRevisionException missing) {
          log.warn("the watch left revisions out, loading again: {}", missing.getMessage());
        } catch (RuntimeException defect) {
          log.error("a revision could not be applied, loading again; this is a defect", defect);
        }
        current = null;
        enter(State.DISCONNECTED);
      }
      closeWatch();
      scheduler.execute(() -> resync(false));
    }

    @Override
    public void onEnd(StoreException cause) {
      end(cause);
    }

    void requireOpened() {
      synchronized (lock) {
        if (opened) {
          return;
        }
      }
      end(
          new StoreException(
              StoreException.Kind.UNAVAILABLE, "the watch was not accepted in time", null));
    }

    void end(StoreException cause) {
      synchronized (lock) {
        if (current != this) {
          return;
        }
        current = null;
        enter(State.DISCONNECTED);
      }
      closeWatch();
      log.info("namespace {}: the watch has ended: {}", namespace, cause.getMessage());
      lastFailure = cause;
      scheduler.execute(() -> goOn(cause));
    }

    private void goOn(StoreException cause) {
      if (cause.kind() == StoreException.Kind.COMPACTED) {
        resync(false);
        return;
      }
      if (scheduler.nanoTime() - startedAt > MAX_BACKOFF.toNanos()) {
        backoff.reset(); // it held for a while: this is new trouble
      }
      scheduler.schedule(backoff.next(), Synchronizer.this::openWatch);
    }
  }
}
