package io.petacore.internal.sync;

import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.sync.Synchronizer.State;
import io.petacore.store.KvStore;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch from its opening to its end. Its events count only while it is the current session, which
 * is checked under the lock; a session that was replaced changes nothing.
 *
 * <p>Revisions are applied on the store's thread, which saves every commit a hand-over to another
 * thread.
 */
final class WatchSession implements WatchListener {

  private static final Logger log = LoggerFactory.getLogger(WatchSession.class);

  private static final Duration OPENING_TIMEOUT = Duration.ofSeconds(5);

  /** What the Synchronizer does about a session. Called without the lock, by any thread. */
  interface Owner {
    /** The store has accepted the watch. */
    void opened();

    /** The session ended because revisions are missing or could not be applied. */
    void failedToApply(WatchSession session);

    /** The session ended. */
    void ended(WatchSession session, StoreException cause);
  }

  private final KvStore store;
  private final Namespace namespace;
  private final Scheduler scheduler;
  private final SyncLock lock;
  private final Owner owner;
  private final long startedNanos;
  private volatile @Nullable Watch watch;

  WatchSession(
      KvStore store, Namespace namespace, Scheduler scheduler, SyncLock lock, Owner owner) {
    this.store = store;
    this.namespace = namespace;
    this.scheduler = scheduler;
    this.lock = lock;
    this.owner = owner;
    this.startedNanos = scheduler.nanoTime();
  }

  /** When the session was created, in monotonic time. */
  long startedNanos() {
    return startedNanos;
  }

  /** Opens the watch of the current session; it ends unless the store accepts it in time. */
  void open(long fromRevision) {
    scheduler.schedule(OPENING_TIMEOUT, this::requireOpened);
    try {
      watch = store.watch(namespace.range(), fromRevision, this);
    } catch (RuntimeException | Error defect) {
      log.error("the store did not open a watch; this is a defect", defect);
      end(StoreException.of(defect), false);
      return;
    }
    long bytes = receivedBytes();
    boolean current =
        lock.locked(
            state -> {
              SessionProgress progress = state.progressOf(this);
              if (progress != null) {
                progress.started(bytes);
              }
              return progress != null;
            });
    if (!current) {
      close(); // the session ended before there was a handle to close
    }
  }

  /** The number of bytes received for the watch; 0 if the store does not count them. */
  long receivedBytes() {
    Watch handle = watch;
    return handle == null ? 0 : handle.receivedBytes();
  }

  /** Closes the watch without ending the session. */
  void close() {
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
    boolean current =
        lock.locked(
            state -> {
              SessionProgress progress = state.progressOf(this);
              if (progress != null) {
                progress.opened(receivedBytes(), scheduler.nanoTime());
                state.enter(State.SYNCED);
              }
              return progress != null;
            });
    if (current) {
      owner.opened();
    }
  }

  @Override
  public void onRevisions(List<RevisionEvents> revisions) {
    boolean failed = lock.locked(state -> !apply(state, revisions));
    if (failed) {
      close();
      owner.failedToApply(this);
    }
  }

  /** Returns false if the session was ended because the revisions could not be applied. */
  private boolean apply(SyncState state, List<RevisionEvents> revisions) {
    SessionProgress progress = state.progressOf(this);
    if (progress == null) {
      return true;
    }
    try {
      for (RevisionEvents events : revisions) {
        state.applier().apply(events);
      }
      progress.applied(scheduler.nanoTime());
      return true;
    } catch (RevisionApplier.MissingRevisionException missing) {
      log.warn("the watch skipped revisions, resync: {}", missing.getMessage());
    } catch (RuntimeException | Error defect) {
      log.error("a revision could not be applied, resync; this is a defect", defect);
    }
    state.requireResync();
    state.end(State.DISCONNECTED);
    return false;
  }

  @Override
  public void onEnd(StoreException cause) {
    end(cause, false);
  }

  private void requireOpened() {
    boolean late =
        lock.locked(
            state -> {
              SessionProgress progress = state.progressOf(this);
              return progress != null && !progress.isOpened();
            });
    if (late) {
      end(unavailable("the watch was not accepted in time"), false);
    }
  }

  /** Ends the session because it has not delivered a revision in time. */
  void endAsSilent(long revision) {
    end(unavailable("the watch has not delivered revision " + revision + " in time"), true);
  }

  private static StoreException unavailable(String message) {
    return new StoreException(StoreException.Kind.UNAVAILABLE, message, null);
  }

  private void end(StoreException cause, boolean silent) {
    long bytes = receivedBytes();
    Duration lasted = Duration.ofNanos(scheduler.nanoTime() - startedNanos);
    boolean current = lock.locked(state -> end(state, cause, silent, bytes, lasted));
    if (current) {
      close();
      log.info("namespace {}: the watch has ended: {}", namespace, cause.getMessage());
      owner.ended(this, cause);
    }
  }

  /** Returns false if the session is not the current one. */
  private boolean end(
      SyncState state, StoreException cause, boolean silent, long bytes, Duration lasted) {
    SessionProgress progress = state.progressOf(this);
    if (progress == null) {
      return false;
    }
    long received = progress.bytesSinceOpening(bytes);
    CatchUp.End end = new CatchUp.End(cause, silent, progress.hasApplied(), received, lasted);
    if (progress.isOpened() && state.catchUp().ended(end)) {
      state.requireResync();
      if (state.catchUp().takeWarning()) {
        log.warn(
            "namespace {}: {} watches in a row failed to catch up; {} bytes of the last message had"
                + " arrived; resync: {}",
            namespace,
            CatchUp.MAX_FAILURES,
            received,
            cause.getMessage());
      }
    }
    state.end(State.DISCONNECTED);
    return true;
  }
}
