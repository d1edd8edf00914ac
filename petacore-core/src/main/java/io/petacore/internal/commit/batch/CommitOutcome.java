package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.AppliedState;

/** The outcome of a commit. */
public sealed interface CommitOutcome {

  /**
   * The transaction is durable.
   *
   * @param revision the store's revision that holds it
   * @param timestamp the timestamp of its versions; 0 if the revision was not applied here in time
   */
  record Committed(long revision, long timestamp) implements CommitOutcome {
    /** A commit that changes nothing, at an applied state. */
    public static Committed at(AppliedState state) {
      return new Committed(state.revision(), state.timestamp());
    }
  }

  /**
   * Nothing was applied: another commit, which is visible here, has changed a key; or other commits
   * went first until the deadline.
   *
   * @param key the key; if it is not known, one that the transaction writes
   * @param late whether the deadline has passed
   */
  record Conflict(Bytes key, boolean late) implements CommitOutcome {
    /** A conflict found before the deadline. */
    public Conflict(Bytes key) {
      this(key, false);
    }
  }
}
