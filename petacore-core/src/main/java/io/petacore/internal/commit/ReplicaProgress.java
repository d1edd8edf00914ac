package io.petacore.internal.commit;

import java.util.function.LongSupplier;

/**
 * How far this node has come in the store's history, how far the store is known to have come, and
 * how far this node must come before it may send. Guarded by the pipeline's lock.
 */
final class ReplicaProgress {

  private final LongSupplier nanoTime;
  private boolean following;
  private boolean lossKnown;
  private long applied;
  private long record;
  private long historyFrom;
  private long holdUntil;
  private long known;
  private long reported;
  private boolean behind = true;
  private long behindSince;

  /**
   * @param nanoTime monotonic time
   */
  ReplicaProgress(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.behindSince = nanoTime.getAsLong();
  }

  /** Whether a watch is open, on the history that is known. */
  void follow(boolean now) {
    following = now;
    lookWhetherBehind();
  }

  /** Whether a watch is open, on the history that is known. */
  boolean isFollowing() {
    return following;
  }

  /** Revisions up to this one have been applied; of them that one wrote the commit record last. */
  void comeTo(long revision, long recordRevision) {
    applied = revision;
    record = recordRevision;
    behindSince = nanoTime.getAsLong(); // it has moved
    lookWhetherBehind();
  }

  private void lookWhetherBehind() {
    boolean before = behind;
    behind = !following || known > applied;
    if (behind && !before) {
      behindSince = nanoTime.getAsLong();
    }
  }

  /**
   * For how long this node has made no progress although there is some to make: it has not followed
   * the store, or has not been delivered what is known to exist. In nanoseconds; 0 if it is
   * current.
   */
  long behindNanos() {
    return behind ? nanoTime.getAsLong() - behindSince : 0;
  }

  /** What was checked before a version number was checked in a history that counts no more. */
  void enterHistory(long from) {
    historyFrom = from;
  }

  /** The revisions that were known to exist are of another history. */
  void forgetKnown() {
    holdUntil = 0;
    known = 0;
    reported = 0;
    lookWhetherBehind();
  }

  /** Takes note of a revision that the store is known to have. */
  void know(long revision) {
    known = Math.max(known, revision);
    lookWhetherBehind();
  }

  /** Has the highest known revision reported again, should the report have failed. */
  void reportAgain() {
    reported = 0;
  }

  /**
   * The highest revision that the store is known to have, if it is not applied here and was not
   * returned before; 0 otherwise.
   */
  long takeUnreported() {
    if (known <= applied || known == reported) {
      return 0;
    }
    reported = known;
    return known;
  }

  /** A revision is known to exist, and nothing may be sent before it is applied here. */
  void hold(long revision) {
    holdUntil = Math.max(holdUntil, revision);
    know(revision);
  }

  /**
   * Whether requests may be sent. Not while the store is not followed: it might be on another
   * history, where guards mean something else.
   */
  boolean allowsSending() {
    return following && !lossKnown && applied >= holdUntil;
  }

  /** Whether the state here is known to be wrong, until everything is loaded again. */
  boolean isLossKnown() {
    return lossKnown;
  }

  /** Revisions were lost on the way here, or everything was loaded again since. */
  void lossKnown(boolean now) {
    lossKnown = now;
  }

  /** Whether what was checked at a version number was checked in the history of now. */
  boolean isOfThisHistory(long checkedAt) {
    return checkedAt >= historyFrom;
  }

  /** The revision that was applied last. */
  long applied() {
    return applied;
  }

  /** The revision that has to be applied before anything is sent. */
  long heldUntil() {
    return Math.max(holdUntil, applied);
  }

  boolean hasApplied(long revision) {
    return revision <= applied;
  }

  /** The revision that wrote the commit record last. */
  long record() {
    return record;
  }
}
