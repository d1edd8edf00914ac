package io.petacore.internal.monitoring;

import io.petacore.error.CommitQueueFullException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.metrics.TransactionOutcome;

/** Maps what ended a transaction to its outcome. */
public final class Failures {
  private Failures() {}

  /** The outcome of a transaction that an exception has ended. */
  public static TransactionOutcome outcomeOf(Throwable thrown) {
    if (!(thrown instanceof PetaCoreException failure)) {
      return TransactionOutcome.FAILED;
    } else if (failure.mayHaveBeenApplied()) {
      return TransactionOutcome.UNKNOWN;
    } else if (failure instanceof TransactionConflictException) {
      return TransactionOutcome.CONFLICT;
    } else if (failure instanceof TransactionTooOldException) {
      return TransactionOutcome.TOO_OLD;
    } else if (failure instanceof StoreUnavailableException
        || failure instanceof CommitQueueFullException
        || failure instanceof StorageClosedException) {
      return TransactionOutcome.UNAVAILABLE;
    } else {
      return failure instanceof InternalErrorException
          ? TransactionOutcome.FAILED
          : TransactionOutcome.REFUSED;
    }
  }
}
