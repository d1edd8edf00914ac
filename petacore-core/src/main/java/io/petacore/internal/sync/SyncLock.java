package io.petacore.internal.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.internal.mvcc.RevisionListener;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Synchronizer's lock. It holds the state that it guards, so that the state cannot be used
 * without the lock, and lets the listener continue after each release, which no caller can forget.
 */
final class SyncLock {

  private static final Logger log = LoggerFactory.getLogger(SyncLock.class);

  @GuardedBy("this")
  private final SyncState state;

  private final RevisionListener listener;

  SyncLock(SyncState state, RevisionListener listener) {
    this.state = state;
    this.listener = listener;
  }

  /**
   * Runs an action under the lock, and then {@link RevisionListener#unlocked} without it.
   *
   * @param action must not leak the state
   * @return the result of the action
   */
  <T extends @Nullable Object> T locked(Function<SyncState, T> action) {
    try {
      synchronized (this) {
        return action.apply(state);
      }
    } finally {
      unlocked();
    }
  }

  private void unlocked() {
    try {
      listener.unlocked();
    } catch (RuntimeException | Error thrown) {
      log.error("deferred actions failed after a change; this is a defect", thrown);
    }
  }
}
