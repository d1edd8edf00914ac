package io.petacore.internal.sync;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Namespace;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.monitoring.WatchSessionEvent;
import io.petacore.internal.sync.Synchronizer.State;
import io.petacore.store.Event;
import io.petacore.store.KvStore;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A watch from its opening to its end. Its events count only while it is the current session, which
 * is checked under the lock; a session that was replaced changes nothing.
 *
 * <p>A watch does not outlive its server. So a check of the history that begins after the watch was
 * accepted holds for all that the watch delivers; a check before it would not, since the store
 * could be restored from a backup in between. What arrives until the check has passed is kept, up
 * to a bound.
 *
 * <p>Revisions are applied on the store's thread, which saves every commit a hand-over to another
 * thread.
 */
final class WatchSession implements WatchListener {

  private static final Logger log = LoggerFactory.getLogger(WatchSession.class);

  private static final Duration OPENING_TIMEOUT = Duration.ofSeconds(5);

  /** Bounds the bytes of the revisions that are kept until the check has passed. */
  static final long MAX_KEPT_BYTES = 16L << 20;

  private static final String NOT_APPLIED = "revisions are missing, or could not be applied";

  /** What the Synchronizer does about a session. Called without the lock, by any thread. */
  interface Owner {
    /** The store has accepted the watch: the history is to be checked now. */
    void accepted(WatchSession session);

    /** The session ended because revisions are missing or could not be applied: resync. */
    void failedToApply(WatchSession session);

    /** The session ended. */
    void ended(WatchSession session, StoreException cause);
  }

  private final KvStore store;
  private final Namespace namespace;
  private final Scheduler scheduler;
  private final SyncLock lock;
  private final Owner owner;
  private final Monitor monitor;
  private final long fromRevision;
  private final long startedNanos;
  private final WatchSessionEvent event;
  private volatile @Nullable Watch watch;
  private volatile boolean accepted;

  // Guarded by the lock.
  private final List<RevisionEvents> kept = new ArrayList<>();
  private long keptBytes;

  WatchSession(
      KvStore store,
      Namespace namespace,
      Scheduler scheduler,
      SyncLock lock,
      Owner owner,
      Monitor monitor,
      long fromRevision) {
    this.store = store;
    this.namespace = namespace;
    this.scheduler = scheduler;
    this.lock = lock;
    this.owner = owner;
    this.monitor = monitor;
    this.fromRevision = fromRevision;
    this.startedNanos = scheduler.nanoTime();
    this.event = monitor.beginWatchSession();
  }

  /** When the session was created, in monotonic time. */
  long startedNanos() {
    return startedNanos;
  }

  /** Opens the watch of the current session; it ends unless the store accepts it in time. */
  void open() {
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
      closeWatch(); // the session ended before there was a handle to close
    }
  }

  /** The number of bytes received for the watch; 0 if the store does not count them. */
  long receivedBytes() {
    Watch handle = watch;
    return handle == null ? 0 : handle.receivedBytes();
  }

  /**
   * Closes the watch of a session that has ended.
   *
   * @param reason why it has ended
   */
  void close(String reason) {
    monitor.watchSessionEnded(event, fromRevision, accepted, receivedBytes(), reason);
    closeWatch();
  }

  private void closeWatch() {
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
                progress.accepted(receivedBytes());
              }
              return progress != null;
            });
    if (current) {
      accepted = true;
      owner.accepted(this);
    }
  }

  /**
   * The store is on the history that is applied here: applies what the watch has delivered so far.
   *
   * @return false if the session is not the current one, or was ended by this call
   */
  boolean confirm() {
    boolean[] current = {false};
    boolean failed =
        lock.locked(
            state -> {
              SessionProgress progress = state.progressOf(this);
              if (progress == null) {
                return false;
              }
              current[0] = true;
              progress.confirmed(receivedBytes(), scheduler.nanoTime());
              state.enter(State.SYNCED);
              boolean applied = kept.isEmpty() || apply(state, progress, kept);
              kept.clear();
              return !applied;
            });
    if (failed) {
      close(NOT_APPLIED);
      owner.failedToApply(this);
    }
    return current[0] && !failed;
  }

  /**
   * Ends the session for another reason than a failure of the watch.
   *
   * @return false if it is not the current one
   */
  boolean abandon() {
    boolean current =
        lock.locked(
            state -> {
              boolean isCurrent = state.progressOf(this) != null;
              if (isCurrent) {
                state.end(State.DISCONNECTED);
              }
              return isCurrent;
            });
    if (current) {
      close("the history was not proved to be the same, or could not be read");
    }
    return current;
  }

  @Override
  public void onRevisions(List<RevisionEvents> revisions) {
    boolean failed = lock.locked(state -> !apply(state, revisions));
    if (failed) {
      close(NOT_APPLIED);
      owner.failedToApply(this);
    }
  }

  /** Returns false if the session was ended because the revisions could not be applied. */
  private boolean apply(SyncState state, List<RevisionEvents> revisions) {
    SessionProgress progress = state.progressOf(this);
    if (progress == null) {
      return true;
    }
    return progress.isConfirmed() ? apply(state, progress, revisions) : keep(state, revisions);
  }

  private boolean keep(SyncState state, List<RevisionEvents> revisions) {
    kept.addAll(revisions);
    keptBytes += bytesOf(revisions);
    if (keptBytes <= MAX_KEPT_BYTES) {
      return true;
    }
    log.warn(
        "over {} bytes have arrived before the store's history was checked: resync",
        MAX_KEPT_BYTES);
    state.requireResync();
    state.end(State.DISCONNECTED);
    return false;
  }

  private static long bytesOf(List<RevisionEvents> revisions) {
    long bytes = 0;
    for (RevisionEvents revision : revisions) {
      for (Event event : revision.events()) {
        Bytes value = event.value();
        bytes += event.key().length() + (value == null ? 0 : value.length());
      }
    }
    return bytes;
  }

  private boolean apply(SyncState state, SessionProgress progress, List<RevisionEvents> revisions) {
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
              return progress != null && !progress.isAccepted();
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
      close(String.valueOf(cause.getMessage()));
      // During an outage every attempt ends.
      log.atLevel(accepted ? Level.INFO : Level.DEBUG)
          .log("namespace {}: the watch has ended: {}", namespace, cause.getMessage());
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
    if (progress.isAccepted() && state.catchUp().ended(end)) {
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
