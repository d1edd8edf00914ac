package io.petacore.internal.commit;

import io.petacore.internal.concurrent.CombiningLock;
import java.util.function.LongSupplier;

/**
 * The revision that this node has applied, the revision that the store is known to have, and the
 * one that must be applied before anything is sent. Guarded by the pipeline's lock.
 */
final class ReplicaProgress {

  private final CombiningLock lock;
  private final LongSupplier nanoTime;
  private boolean following;
  private boolean lossKnown;
  private long applied;
  private long record;
  private long historyStart;
  private long sendAfter;
  private long known;
  private long reported;
  private boolean behind = true;
  private long behindSince;

  /**
   * @param nanoTime monotonic time
   */
  ReplicaProgress(CombiningLock lock, LongSupplier nanoTime) {
    this.lock = lock;
    this.nanoTime = nanoTime;
    this.behindSince = nanoTime.getAsLong();
  }

  /** Sets whether a watch is open, on the known history. */
  void setFollowing(boolean now) {
    lock.assertHeld();
    following = now;
    updateBehind();
  }

  /** Whether a watch is open, on the known history. */
  boolean isFollowing() {
    return following;
  }

  /**
   * Sets the applied revision.
   *
   * @param recordRevision the last revision up to it that wrote the commit record; 0 if none did
   */
  void applied(long revision, long recordRevision) {
    lock.assertHeld();
    applied = revision;
    record = recordRevision;
    behindSince = nanoTime.getAsLong(); // progress
    updateBehind();
  }

  private void updateBehind() {
    boolean before = behind;
    behind = !following || known > applied;
    if (behind && !before) {
      behindSince = nanoTime.getAsLong();
    }
  }

  /**
   * For how long this node has made no progress, in nanoseconds, although it does not follow the
   * store or has not applied what is known to exist; 0 if it is current.
   */
  long behindNanos() {
    return behind ? nanoTime.getAsLong() - behindSince : 0;
  }

  /** Begins another history: earlier checks are void. */
  void startHistory(long timestamp) {
    lock.assertHeld();
    historyStart = timestamp;
  }

  /** Whether a check at a timestamp was made in the present history. */
  boolean isOfThisHistory(long timestamp) {
    return timestamp >= historyStart;
  }

  /** Forgets the revisions known to exist: they are of another history. */
  void forgetKnown() {
    lock.assertHeld();
    sendAfter = 0;
    known = 0;
    reported = 0;
    updateBehind();
  }

  /** Takes note of a revision that the store is known to have. */
  void know(long revision) {
    lock.assertHeld();
    known = Math.max(known, revision);
    updateBehind();
  }

  /**
   * Takes note of a revision that the store is known to have; nothing is sent until it is applied.
   */
  void holdUntilApplied(long revision) {
    sendAfter = Math.max(sendAfter, revision);
    know(revision);
  }

  /** Has the highest known revision reported again, should the report have failed. */
  void reportAgain() {
    lock.assertHeld();
    reported = 0;
  }

  /**
   * The highest revision that the store is known to have, if it is not applied here and was not
   * returned before; 0 otherwise.
   */
  long takeUnreported() {
    lock.assertHeld();
    if (known <= applied || known == reported) {
      return 0;
    }
    reported = known;
    return known;
  }

  /**
   * Whether requests may be sent. Not while the store is not followed: it might be on another
   * history, where guards have another meaning.
   */
  boolean allowsSending() {
    return following && !lossKnown && applied >= sendAfter;
  }

  /** Whether the watch has provably lost a revision, and the reload has not happened yet. */
  boolean isLossKnown() {
    return lossKnown;
  }

  /** Sets whether the watch has provably lost a revision. */
  void setLossKnown(boolean now) {
    lock.assertHeld();
    lossKnown = now;
  }

  /** The applied revision. */
  long applied() {
    return applied;
  }

  boolean hasApplied(long revision) {
    return revision <= applied;
  }

  /** The applied revision that wrote the commit record last; 0 if none did. */
  long record() {
    return record;
  }
}
