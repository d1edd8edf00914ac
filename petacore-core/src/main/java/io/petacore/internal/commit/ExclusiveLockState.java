package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.internal.format.ReservedKeys;
import io.petacore.internal.format.SessionId;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive commit lock and the sessions' fences of all nodes, as the applied revision shows
 * them. Guarded by the pipeline's lock.
 *
 * <p>The lock is held by a session whose large transaction could not commit, because its one guard,
 * on the commit record, fails whenever another node commits. Every request guards the lock as
 * absent, except those of its holder.
 *
 * <p>A fence is written with its session's lease and ends with it, and so is the lock. One without
 * a lease was written by a program that copied or restored the prefix, and stands for no session.
 */
final class ExclusiveLockState {

  private final CombiningLock lock;
  private final Map<Bytes, Bookkeeping> fences = new HashMap<>();
  private long modRevision;
  private @Nullable Bytes holder;
  private boolean leased;
  private long shownAt;
  private @Nullable SessionId requestedFor;

  ExclusiveLockState(CombiningLock lock) {
    this.lock = lock;
  }

  /**
   * The watch, or a load, has shown the lock.
   *
   * @param at the applied revision that shows it
   * @param revision its mod revision; 0 if it is absent
   * @param value its holder; null if it is absent
   * @param hasLease whether it ends with a lease
   */
  void shown(long at, long revision, @Nullable Bytes value, boolean hasLease) {
    lock.assertHeld();
    if (value == null && holder != null) {
      requestedFor = null; // released; a request for a lock not held yet may still be in flight
    }
    shownAt = at;
    modRevision = revision;
    holder = value;
    leased = hasLease;
  }

  /** A session's fence was written, or deleted. */
  void fenceShown(Bookkeeping fence) {
    lock.assertHeld();
    if (fence.value() == null) {
      fences.remove(fence.key());
    } else {
      fences.put(fence.key(), fence);
    }
  }

  /** Everything is loaded again, at an applied revision: what is present will be shown. */
  void clear(long at) {
    shown(at, 0, null, false);
    fences.clear();
  }

  /** A session requests the lock: from now on it may hold it. */
  void requested(SessionId session) {
    lock.assertHeld();
    requestedFor = session;
  }

  /** The request for the lock was not applied. */
  void refused() {
    lock.assertHeld();
    requestedFor = null;
  }

  boolean isHeldBy(SessionId session) {
    return holder != null && holder.equals(nameOf(session));
  }

  boolean isHeldByOtherThan(SessionId session) {
    return holder != null && !holder.equals(nameOf(session));
  }

  /** Whether a session holds the lock, or a request of its own may have acquired it. */
  boolean mayBeHeldBy(SessionId session) {
    return isHeldBy(session) || session.equals(requestedFor);
  }

  /** The key of its holder's fence, without namespace; null if no session holds it. */
  @Nullable Bytes holderFence() {
    return holder == null ? null : ReservedKeys.sessionFence(holder);
  }

  /**
   * Whether no session can release the lock: it has no lease, or its holder's fence is absent or
   * has none.
   */
  boolean isOrphaned() {
    Bytes fence = holderFence();
    if (fence == null) {
      return false;
    }
    Bookkeeping shown = fences.get(fence);
    return !leased || shown == null || !shown.leased();
  }

  /** The lock's mod revision; 0 if it is absent. */
  long modRevision() {
    return modRevision;
  }

  /** The mod revision of a session's fence; 0 if it is absent. */
  long fenceRevision(Bytes fence) {
    Bookkeeping shown = fences.get(fence);
    return shown == null ? 0 : shown.modRevision();
  }

  /** The applied revision that showed the lock last. */
  long shownAt() {
    return shownAt;
  }

  /** The mod revision that a request of a session guards the lock by. */
  long guardFor(SessionId session) {
    return isHeldBy(session) ? modRevision : 0;
  }

  /** The lock's value while a session holds it. */
  static Bytes nameOf(SessionId session) {
    return Bytes.utf8(session.toString());
  }
}
