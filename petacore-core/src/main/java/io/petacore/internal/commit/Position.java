package io.petacore.internal.commit;

import java.util.function.LongSupplier;

/**
 * How far this node has come in the store's history, how far it must come before it may send, and
 * what the watch still owes. Guarded by the pipeline's lock.
 */
final class Position {

  private final LongSupplier nanoTime;
  private final Arrears arrears = new Arrears();
  private boolean following;
  private long applied;
  private long record;
  private long historyFrom;
  private long holdUntil;

  /**
   * @param nanoTime monotonic time
   */
  Position(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether a watch is open, on the history that is known. */
  void follow(boolean now) {
    following = now;
  }

  /** Whether a watch is open, on the history that is known. */
  boolean isFollowing() {
    return following;
  }

  /** Revisions up to this one have been applied; of them that one wrote the commit record last. */
  void comeTo(long revision, long recordRevision) {
    applied = revision;
    record = recordRevision;
    arrears.applied(revision, nanoTime.getAsLong());
  }

  /** The store's history is another one, which begins here with a version number. */
  void enterHistory(long from) {
    historyFrom = from;
    holdUntil = 0;
    arrears.forget();
  }

  /** A revision is known to exist: the watch owes it. */
  void know(long revision) {
    arrears.know(revision, applied, nanoTime.getAsLong());
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
    return following && applied >= holdUntil;
  }

  /** Whether what was checked at a version number was checked in the history of now. */
  boolean isOfThisHistory(long checkedAt) {
    return checkedAt >= historyFrom;
  }

  boolean hasApplied(long revision) {
    return revision <= applied;
  }

  /** The revision that wrote the commit record last. */
  long record() {
    return record;
  }

  Arrears arrears() {
    return arrears;
  }
}
