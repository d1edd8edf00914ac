package io.petacore.internal.sync;

import io.petacore.clock.HybridLogicalClock;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.internal.mvcc.RevisionListener.History;
import io.petacore.store.KeyValue;
import io.petacore.store.KvStore;
import io.petacore.store.RangePage;
import io.petacore.store.RangeRequest;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
 * trusted. Before each opening PetaCore's own keys at the applied revision are read: if commit
 * record, sessions' fences and turn are not those that are known, or the store has not come to a
 * revision that it confirmed, it is on another history (restored from a backup), whose revision
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
  private final RevisionListener listener;
  private final Consumer<State> onState;
  private final SyncCounters counters = new SyncCounters();
  private final KeyClassifier classifier;
  private final StateLoader loader;
  private final RevisionApplier applier; // guarded by lock
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  private final Backoff backoff; // scheduler only

  private final Object lock = new Object();
  private @Nullable Feed current; // guarded by lock
  private final DeliveryWatchdog watchdog;
  private final CatchUp catchUp = new CatchUp(); // guarded by lock
  private boolean reloadWanted; // guarded by lock; whether no watch leads on from what is here
  private volatile boolean defective; // whether a step has failed, and none follows it
  private volatile long loading; // written by the scheduler
  private volatile State state = State.STARTING; // written under lock
  private volatile @Nullable StoreException lastFailure;

  /**
   * @param settling how long clocks and requests of other nodes may trail: see {@link
   *     RevisionApplier}
   * @param listener told of everything that is published
   * @param onState told of every change of state and of the progress of loads, in order, under a
   *     lock: it must only hand over
   */
  public Synchronizer(
      KvStore store,
      Namespace namespace,
      MvccCache cache,
      HybridLogicalClock clock,
      Scheduler scheduler,
      Duration settling,
      RevisionListener listener,
      Consumer<State> onState) {
    this.store = store;
    this.namespace = namespace;
    this.cache = cache;
    this.scheduler = scheduler;
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    this.listener = listener;
    this.onState = onState;
    this.classifier = new KeyClassifier(namespace, counters);
    this.loader =
        new StateLoader(store, namespace, classifier, scheduler, this::progressed, this::note);
    this.applier = new RevisionApplier(cache, clock, classifier, counters, settling, listener);
    this.watchdog =
        new DeliveryWatchdog(scheduler, () -> cache.applied().revision(), this::checkDelivery);
  }

  /**
   * Begins; the future completes at the first {@link State#SYNCED}. Tries for as long as it is not
   * closed.
   */
  public CompletableFuture<Void> start() {
    scheduler.repeat(MAX_BACKOFF, this::recoverIfDefective);
    scheduler.execute(() -> take(this::load));
    return synced;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  /**
   * How many entries had been read of the load under way when it was looked at last; 0 for none.
   */
  public long loading() {
    return loading;
  }

  /** When something of a load arrived last, on the scheduler's clock. */
  public long loadHeardAt() {
    return loader.lastReceivedNanos();
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
    return classifier.nestedNamespace();
  }

  // ---- on the scheduler: load, open, load again

  private void load() {
    proceed(
        loadInto(new InitialLoadSink(cache)),
        this::begin,
        failure -> retryLater(failure, this::load));
  }

  private CompletableFuture<LoadedState> loadInto(LoadSink destination) {
    return loader.load(destination).whenComplete((loaded, failure) -> loading = 0);
  }

  private void progressed(long entries) {
    loading = entries;
    synchronized (lock) {
      if (state != State.CLOSED) {
        tell(state);
      }
    }
  }

  private void begin(LoadedState loaded) {
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      applier.begin(loaded);
    }
    unlocked();
    log.info(
        "namespace {}: loaded {} keys at revision {}",
        namespace,
        cache.applied().keys(),
        loaded.revision());
    openWatch();
  }

  private void openWatch() {
    long revision = cache.applied().revision();
    long exists = watchdog.expected();
    proceed(
        store.bulkRange(new RangeRequest(ownKeys(), revision, 0), arriving -> {}),
        page -> {
          if (isKnownHistory(page, exists)) {
            lookForNewest(revision);
          } else {
            onAnotherHistory();
          }
        },
        this::historyUnread);
  }

  private void onAnotherHistory() {
    log.warn("the store is on another history than before: loading it anew");
    resync(Continuity.BROKEN);
  }

  /**
   * What a foreign program wrote last shows in none of PetaCore's own keys: a restored cluster that
   * lost nothing else is told by the keys themselves.
   */
  private void lookForNewest(long revision) {
    List<Bytes> keys;
    synchronized (lock) {
      keys = applier.newestForeignKeys();
    }
    lookFor(keys.iterator(), revision);
  }

  private void lookFor(Iterator<Bytes> keys, long revision) {
    if (!keys.hasNext()) {
      onKnownHistory(revision);
      return;
    }
    Bytes key = keys.next();
    proceed(
        store.bulkRange(new RangeRequest(KeyRange.single(key), revision, 1), arriving -> {}),
        page -> {
          if (isAsApplied(key, page)) {
            lookFor(keys, revision);
          } else {
            onAnotherHistory();
          }
        },
        this::historyUnread);
  }

  private boolean isAsApplied(Bytes key, RangePage page) {
    synchronized (lock) {
      return applier.agrees(key, page.entries().isEmpty() ? null : page.entries().get(0));
    }
  }

  private void onKnownHistory(long revision) {
    if (isReloadWanted()) {
      resync(Continuity.PROVED);
    } else {
      openWatchFrom(revision + 1);
    }
  }

  private boolean isReloadWanted() {
    synchronized (lock) {
      return reloadWanted;
    }
  }

  /** From the commit record, by way of the delete fences and sessions' fences, to the turn. */
  private KeyRange ownKeys() {
    return KeyRange.closedOpen(
        namespace.toStore(ReservedKeys.COMMIT_RECORD),
        namespace.toStore(ReservedKeys.EXCLUSIVE_LOCK.successor()));
  }

  /**
   * @param exists a revision that the store had before it was asked: if it has not come there, it
   *     was set back, be it to no further than what is applied here
   */
  private boolean isKnownHistory(RangePage page, long exists) {
    if (page.revision() < exists) {
      return false;
    }
    CommitRecordState record = CommitRecordState.NONE;
    Map<Bytes, Bookkeeping> bookkeeping = new HashMap<>();
    for (KeyValue stored : page.entries()) {
      Bytes kept = classifier.bookkeepingKey(stored.key());
      if (classifier.isCommitRecord(stored.key())) {
        record = CommitRecordState.of(stored);
      } else if (kept != null) {
        bookkeeping.put(kept, classifier.bookkeeping(kept, stored));
      }
    }
    synchronized (lock) {
      return record.equals(applier.record()) && bookkeeping.equals(applier.bookkeeping());
    }
  }

  private void historyUnread(StoreException failure) {
    switch (failure.kind()) {
      case COMPACTED -> resync(Continuity.UNKNOWN);
      case FUTURE_REVISION -> {
        log.warn("the store has not reached a revision that it gave out: {}", failure.getMessage());
        resync(Continuity.BROKEN);
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
    scheduler.schedule(OPENING_BOUND, feed::requireOpened);
    try {
      feed.watch(revision);
    } catch (RuntimeException | Error defect) {
      log.error("the store did not open a watch; this is a defect", defect);
      feed.end(StoreException.of(defect));
    }
  }

  /** Not at once: what makes it necessary may happen again and again. */
  private void resync(Continuity continuity) {
    counters.resyncs.incrementAndGet();
    takeLater(() -> reload(continuity));
  }

  private void reload(Continuity continuity) {
    ResyncBuffer present = new ResyncBuffer(cache);
    proceed(
        loadInto(present),
        loaded -> {
          synchronized (lock) {
            if (state == State.CLOSED) {
              return;
            }
            History history = applier.history(loaded, present.comparison(), continuity);
            reloadWanted = false;
            if (history != History.SAME) {
              counters.otherHistories.incrementAndGet();
            }
            if (history == History.ANOTHER) {
              cache.abandonWaiters(
                  new StoreUnavailableException("the store was restored to another history", null));
              watchdog.forget();
            }
            applier.resync(loaded, present.comparison(), history);
          }
          unlocked();
          openWatch();
        },
        failure -> retryLater(failure, () -> reload(continuity)));
  }

  /** Goes on with the next step, on the scheduler, when there is an answer. */
  private <T> void proceed(
      CompletableFuture<T> answer, Consumer<T> next, Consumer<StoreException> onFailure) {
    Continuation.after(
        answer,
        scheduler,
        (value, failure) -> {
          if (state == State.CLOSED) {
            return;
          }
          if (value != null) {
            next.accept(value);
          } else {
            onFailure.accept(StoreException.of(failure));
          }
        },
        defect -> recover());
  }

  /** Takes a step, on the scheduler. */
  private void take(Runnable step) {
    if (state == State.CLOSED) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException | Error defect) {
      log.error("a step of the synchronizer failed; this is a defect", defect);
      recover();
    }
  }

  /** Takes a step after a pause. On the scheduler. */
  private void takeLater(Runnable step) {
    scheduler.schedule(backoff.next(), () -> take(step));
  }

  /**
   * After a step that failed in a way nobody foresaw another is taken: following the store must not
   * end in silence. Only marks that, since an error may leave nothing else to be done.
   */
  private void recover() {
    defective = true;
  }

  /** On the scheduler, now and then. */
  private boolean recoverIfDefective() {
    watchdog.recover();
    if (defective && state != State.CLOSED) {
      defective = false;
      take(cache.applied().revision() == 0 ? this::load : this::openWatch);
    }
    return state != State.CLOSED;
  }

  private void note(StoreException failure) {
    lastFailure = failure;
    log.debug("the store is not available", failure);
  }

  private void retryLater(StoreException failure, Runnable step) {
    note(failure);
    takeLater(step);
  }

  // ---- from anywhere

  /**
   * Takes note of a revision that the store is known to have. If it is not applied, and neither
   * revisions nor bytes arrive for {@link CatchUp#silenceBound}, the watch is replaced: it has
   * failed silently. A watch that is still delivering is kept, since a new one would have to begin
   * again. Does not block.
   *
   * @param revision a revision that the store has confirmed or shown
   */
  public void expect(long revision) {
    watchdog.expect(revision);
  }

  /** Replaces a silent watch; says when to check again. On the scheduler. */
  private Duration checkDelivery(long revision) {
    Feed checked;
    long remainingNanos;
    synchronized (lock) {
      checked = current;
      if (checked == null || !checked.opened) {
        return CatchUp.SILENCE_BOUND; // the opening has a bound of its own
      }
      remainingNanos = checked.remainingSilenceNanos(watchdog.missingSince());
    }
    if (remainingNanos > 0) {
      return Duration.ofNanos(remainingNanos);
    }
    checked.fellSilent(revision);
    return CatchUp.SILENCE_BOUND;
  }

  /**
   * Loads everything again: the cache was found not to be what the store is, since a revision was
   * lost on the way here.
   *
   * @param reason how that was found
   */
  public void repair(String reason) {
    Feed last;
    synchronized (lock) {
      if (state == State.CLOSED || reloadWanted) {
        return;
      }
      reloadWanted = true;
      last = current;
      current = null;
      enter(State.DISCONNECTED);
    }
    unlocked();
    log.warn("namespace {}: loading everything again: {}", namespace, reason);
    if (last != null) {
      last.closeWatch();
      scheduler.execute(() -> take(this::openWatch));
    } // else an opening is under way, which looks for it
  }

  /** Frees history that has been kept for long enough. */
  public void freeHistory() {
    synchronized (lock) {
      if (state != State.CLOSED) {
        cache.freeHistory();
      }
    }
  }

  /**
   * Stops following the store, for good, and closes the cache. Does not wait; nothing is applied
   * once it returns.
   */
  public void close() {
    Feed last;
    loader.stop();
    synchronized (lock) {
      last = current;
      current = null;
      if (state != State.STARTING && state != State.CLOSED) {
        cache.close(); // before that its loader may be at it, without the lock, and nobody reads
      }
      enter(State.CLOSED);
    }
    unlocked();
    if (last != null) {
      last.closeWatch();
    }
    cache.closeWaiters(new StorageClosedException("the storage was closed"));
    synced.completeExceptionally(
        new StoreUnavailableException("the storage was closed before it was synced", lastFailure));
  }

  /** Under the lock. */
  private void enter(State next) {
    if (state == next || state == State.CLOSED) {
      return;
    }
    state = next;
    try {
      listener.following(next == State.SYNCED);
    } catch (RuntimeException | Error thrown) {
      log.error("a change of state could not be told; this is a defect", thrown);
    }
    tell(next);
  }

  /** Under the lock. */
  private void tell(State now) {
    try {
      onState.accept(now);
    } catch (RuntimeException | Error thrown) {
      log.error("a change of state could not be told; this is a defect", thrown);
    }
  }

  /** Whoever was told something under the lock goes on without it. */
  private void unlocked() {
    try {
      listener.unlocked();
    } catch (RuntimeException | Error thrown) {
      log.error("what follows from a change could not be done; this is a defect", thrown);
    }
  }

  /** One watch, from its opening to its end. */
  private final class Feed implements WatchListener {
    private final long startedAt;
    private volatile @Nullable Watch watch;
    private boolean opened; // guarded by lock
    private long bytesAtOpening; // guarded by lock
    private long heardBytes; // guarded by lock; what had arrived when it was looked at last
    private long heardAt; // guarded by lock; when it was last known to be alive, once it is opened
    private boolean applied; // guarded by lock; whether it has brought anything
    private boolean silent; // guarded by lock; whether that is its end

    Feed(long startedAt) {
      this.startedAt = startedAt;
    }

    /**
     * For how much longer an opened watch may be silent; 0 or less if it has failed. Under the
     * lock.
     *
     * @param missingSince since when a revision has been missing
     */
    long remainingSilenceNanos(long missingSince) {
      long now = scheduler.nanoTime();
      long bytes = receivedBytes();
      if (bytes != heardBytes) {
        heardBytes = bytes;
        heardAt = now;
      }
      long silentSince = missingSince - heardAt > 0 ? missingSince : heardAt;
      return catchUp.silenceBound().toNanos() - (now - silentSince);
    }

    private long receivedBytes() {
      Watch handle = watch;
      return handle == null ? 0 : handle.receivedBytes();
    }

    void fellSilent(long revision) {
      synchronized (lock) {
        silent = true;
      }
      end(
          new StoreException(
              StoreException.Kind.UNAVAILABLE,
              "the watch has not delivered revision " + revision + " in time",
              null));
    }

    void watch(long fromRevision) {
      watch = store.watch(namespace.range(), fromRevision, this);
      synchronized (lock) {
        if (opened && bytesAtOpening == 0) {
          bytesAtOpening = receivedBytes(); // it was accepted before there was a handle to ask
        }
        if (current == this) {
          return;
        }
      }
      closeWatch(); // it ended, or all was closed, before there was a handle to close
    }

    void closeWatch() {
      Watch handle = watch;
      if (handle == null) {
        return;
      }
      try {
        handle.close();
      } catch (RuntimeException | Error thrown) {
        log.error("a watch could not be closed; this is a defect", thrown);
      }
    }

    @Override
    public void onOpened() {
      synchronized (lock) {
        if (current != this) {
          return;
        }
        opened = true;
        bytesAtOpening = receivedBytes();
        heardBytes = bytesAtOpening;
        heardAt = scheduler.nanoTime();
        enter(State.SYNCED);
      }
      unlocked();
      synced.complete(null);
    }

    @Override
    public void onRevisions(List<RevisionEvents> revisions) {
      boolean applied = apply(revisions);
      unlocked();
      if (!applied) {
        closeWatch();
        goOn(() -> takeLater(Synchronizer.this::openWatch));
      }
    }

    /** Whether that was the last word on them; or else this watch has ended, for a fault. */
    private boolean apply(List<RevisionEvents> revisions) {
      synchronized (lock) {
        if (current != this) {
          return true;
        }
        try {
          for (RevisionEvents events : revisions) {
            applier.apply(events);
          }
          applied = true;
          heardAt = scheduler.nanoTime();
          return true;
        } catch (RevisionApplier.MissingRevisionException missing) {
          log.warn("the watch left revisions out, loading again: {}", missing.getMessage());
        } catch (RuntimeException | Error defect) {
          log.error("a revision could not be applied, loading again; this is a defect", defect);
        }
        current = null;
        reloadWanted = true;
        enter(State.DISCONNECTED);
        return false;
      }
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
      boolean failedTooOften;
      long bytes = receivedBytes();
      Duration lasted = Duration.ofNanos(scheduler.nanoTime() - startedAt);
      synchronized (lock) {
        if (current != this) {
          return;
        }
        current = null;
        bytes -= bytesAtOpening;
        failedTooOften =
            opened && catchUp.ended(new CatchUp.End(cause, silent, applied, bytes, lasted));
        reloadWanted |= failedTooOften;
        if (failedTooOften && catchUp.takeWarning()) {
          log.warn(
              "namespace {}: catching up from revision {} failed {} times; of the last message {}"
                  + " bytes had arrived; loading everything instead: {}",
              namespace,
              cache.applied().revision(),
              CatchUp.MAX_FAILURES,
              bytes,
              cause.getMessage());
        }
        enter(State.DISCONNECTED);
      }
      unlocked();
      closeWatch();
      log.info("namespace {}: the watch has ended: {}", namespace, cause.getMessage());
      lastFailure = cause;
      goOn(
          cause.kind() == StoreException.Kind.COMPACTED
              ? () -> resync(Continuity.UNKNOWN)
              : () -> takeLater(Synchronizer.this::openWatch));
    }

    private void goOn(Runnable step) {
      try {
        scheduler.execute(
            () ->
                take(
                    () -> {
                      if (scheduler.nanoTime() - startedAt > MAX_BACKOFF.toNanos()) {
                        backoff.reset(); // it held for a while: this is new trouble
                      }
                      step.run();
                    }));
      } catch (RuntimeException | Error defect) {
        log.error("a watch has ended, and no step could be taken; this is a defect", defect);
        recover();
      }
    }
  }
}
