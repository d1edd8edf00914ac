package io.petacore.internal.sync;

import io.petacore.internal.mvcc.RevisionListener;
import io.petacore.internal.sync.Synchronizer.State;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state that {@link SyncLock} guards: what is applied, and by which watch session. */
final class SyncState {

  private static final Logger log = LoggerFactory.getLogger(SyncState.class);

  private final RevisionApplier applier;
  private final RevisionListener listener;
  private final Consumer<State> onState;
  private final AtomicReference<State> state; // written under the lock, read without it
  private final CatchUp catchUp = new CatchUp();
  private @Nullable WatchSession session; // null while there is none, or it is being replaced
  private SessionProgress progress = new SessionProgress(); // of the session
  private boolean resyncRequired;

  /**
   * @param onState receives every change of state, under the lock
   * @param state receives every change of state, before {@code onState}
   */
  SyncState(
      RevisionApplier applier,
      RevisionListener listener,
      Consumer<State> onState,
      AtomicReference<State> state) {
    this.applier = applier;
    this.listener = listener;
    this.onState = onState;
    this.state = state;
  }

  RevisionApplier applier() {
    return applier;
  }

  CatchUp catchUp() {
    return catchUp;
  }

  State current() {
    return state.get();
  }

  boolean isClosed() {
    return state.get() == State.CLOSED;
  }

  /** Makes a session the current one; false if the Synchronizer is closed. */
  boolean begin(WatchSession next) {
    if (isClosed()) {
      return false;
    }
    session = next;
    progress = new SessionProgress();
    return true;
  }

  /** The current session; null if there is none. */
  @Nullable WatchSession session() {
    return session;
  }

  /** The progress of a session; null if it is not the current one, whose events alone count. */
  @Nullable SessionProgress progressOf(WatchSession asked) {
    return session == asked ? progress : null;
  }

  /** Ends the current session and enters a state; returns the session, null if there was none. */
  @Nullable WatchSession end(State next) {
    WatchSession last = session;
    session = null;
    enter(next);
    return last;
  }

  /** Whether the state must be loaded again instead of opening a watch. */
  boolean isResyncRequired() {
    return resyncRequired;
  }

  void requireResync() {
    resyncRequired = true;
  }

  /** A resync was applied. */
  void resynced() {
    resyncRequired = false;
  }

  /** Enters a state and notifies of it, unless the Synchronizer is in that state or closed. */
  void enter(State next) {
    if (state.get() == next || isClosed()) {
      return;
    }
    state.set(next);
    try {
      listener.following(next == State.SYNCED);
    } catch (RuntimeException | Error thrown) {
      log.error("a listener failed on a change of state; this is a defect", thrown);
    }
    notifyState();
  }

  /** Notifies of the current state, for example because a load has made progress. */
  void notifyState() {
    try {
      onState.accept(state.get());
    } catch (RuntimeException | Error thrown) {
      log.error("a listener failed on a change of state; this is a defect", thrown);
    }
  }
}
