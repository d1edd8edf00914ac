package io.petacore.simulation;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import java.util.function.Predicate;

/** Judges what transactions fail with: it has a reason. */
final class FailureJudge {

  private final TrueHistory truth;
  private final Violations violations;
  private final Predicate<Node> mayHaveChangedHistory;

  FailureJudge(TrueHistory truth, Violations violations, Predicate<Node> mayHaveChangedHistory) {
    this.truth = truth;
    this.violations = violations;
    this.mayHaveChangedHistory = mayHaveChangedHistory;
  }

  void judge(Claim claim, Throwable failure) {
    if (!isForeseen(failure) && !wasRefusedForContent(claim, failure)) {
      violations.add(claim + " ended with an unexpected failure", failure);
    }
    if (failure instanceof TransactionConflictException conflict
        && !wasLate(failure)
        && !conflicts(claim, conflict)) {
      violations.add(claim + ", but no writer changed " + claim.last().writes.keySet());
    }
  }

  /**
   * Returns whether the deadline passed while other transactions went first, which needs no changed
   * key.
   */
  private static boolean wasLate(Throwable conflict) {
    return String.valueOf(conflict.getMessage()).startsWith("until the deadline");
  }

  /** Returns whether a key that it writes may have been changed since its snapshot. */
  private boolean conflicts(Claim claim, TransactionConflictException conflict) {
    DistributedStorage storage = claim.node.storage();
    Bytes named = conflict.key();
    boolean ofItsChain =
        claim.last().chain != null
            && named != null
            && truth.changeBetween(named, claim.last().snapshot, Long.MAX_VALUE) != 0;
    return storage == null
        || ofItsChain
        || storage.status().counters().resyncs() > 0 // a changed fence counts as a conflict
        || mayHaveChangedHistory.test(claim.node)
        || ReadJudge.mayHaveChanged(claim.last(), truth)
        || claim.last().writes.keySet().stream()
            .anyMatch(key -> truth.changeBetween(key, claim.last().snapshot, Long.MAX_VALUE) != 0);
  }

  private static boolean wasRefusedForContent(Claim claim, Throwable failure) {
    return failure instanceof StoreRefusedException
        && claim.last().writes.keySet().stream().anyMatch(Programs::isForbidden);
  }

  private static boolean isForeseen(Throwable failure) {
    return failure instanceof CommitOutcomeUnknownException
        || failure instanceof StoreUnavailableException
        || failure instanceof StorageClosedException
        || failure instanceof TransactionConflictException
        || failure instanceof TransactionTooOldException;
  }
}
