package io.petacore.internal.commit;

import io.petacore.data.Bytes;

/** What became of a transaction that was sent to be committed. */
public sealed interface CommitOutcome {

  /**
   * It is durable, and visible here.
   *
   * @param revision the store's revision that holds it
   * @param timestamp that revision's version number; 0 if it has not come back to this node in time
   */
  record Committed(long revision, long timestamp) implements CommitOutcome {}

  /**
   * Nothing was applied: a key was changed by another commit, which is visible here; or other
   * commits went first until the deadline.
   *
   * @param key the key; where it is not known, one that the transaction writes
   * @param late whether the deadline has passed
   */
  record Conflict(Bytes key, boolean late) implements CommitOutcome {
    /** A conflict found in time. */
    public Conflict(Bytes key) {
      this(key, false);
    }
  }
}
