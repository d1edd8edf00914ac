package io.petacore.internal.transaction;

import io.petacore.data.Timestamp;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.CommitResult;

/** Makes the results of commits. */
final class CommitResults {
  private CommitResults() {}

  /** The result of a commit; an unknown timestamp is 0. */
  static CommitResult of(CommitOutcome.Committed committed) {
    return CommitResult.of(committed.revision(), Timestamp.of(committed.timestamp()));
  }

  /** The result of a transaction that only read. */
  static CommitResult of(AppliedState read) {
    return CommitResult.of(read.revision(), Timestamp.of(read.timestamp()));
  }
}
