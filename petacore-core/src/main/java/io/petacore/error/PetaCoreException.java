package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The common supertype of all failures that PetaCore reports. What failed says the subclass; what a
 * caller can do about it say {@link #isRetryable()} and {@link #mayHaveBeenApplied()}, and the
 * message in words.
 *
 * <p>Each call throws an exception object of its own, whose stack trace shows the call. Where
 * several calls failed for one reason, that reason is the {@linkplain #getCause() cause} of each.
 */
public abstract sealed class PetaCoreException extends RuntimeException
    permits BulkLoadException,
        CommitOutcomeUnknownException,
        CommitQueueFullException,
        InternalErrorException,
        KeyFormatException,
        NamespaceRefusedException,
        ReadOnlyStorageException,
        StorageClosedException,
        StoreRefusedException,
        StoreUnavailableException,
        TransactionConflictException,
        TransactionTooLargeException,
        TransactionTooOldException,
        UniqueViolationException,
        ValueFormatException,
        WriteBehindException,
        WriteBehindFullException {
  private static final long serialVersionUID = 1L;

  PetaCoreException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns whether the same work may succeed if it is run again as it is, after a while: nothing
   * of it was applied, and the reason passes by itself.
   *
   * @return false if something has to be changed first, or if the work may have been applied
   */
  public abstract boolean isRetryable();

  /**
   * Returns whether the commit may have been applied in spite of this failure.
   *
   * @return false if nothing was applied and nothing will be
   */
  public boolean mayHaveBeenApplied() {
    return false;
  }

  /**
   * Returns a new exception that says the same, with this one as its cause and with the stack trace
   * of the calling thread. For an exception that was not made by the call that throws it, such as
   * one that completed a future.
   *
   * @return an exception of the same class with the same message
   */
  public abstract PetaCoreException copy();
}
