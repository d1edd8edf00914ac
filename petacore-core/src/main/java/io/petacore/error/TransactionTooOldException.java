package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The state to be read can't be read any more, or not here.
 *
 * <p>From a transaction: it took longer than superseded versions are kept. Nothing was applied;
 * keep the work shorter, raise the history's retention, or hold the state with a {@code Snapshot}.
 * From {@code snapshotAt}: the state at that moment is not known for certain on this node; the
 * message says why.
 */
public final class TransactionTooOldException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** Whether a new transaction may succeed. */
  private final boolean retryable;

  /**
   * Makes an exception for a transaction.
   *
   * @param message what happened and what to do
   */
  public TransactionTooOldException(@Nullable String message) {
    this(message, null, true);
  }

  private TransactionTooOldException(
      @Nullable String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /**
   * Makes an exception for a state of the past that was asked for.
   *
   * @param message says why it can't be read
   * @return an exception that is not retryable
   */
  public static TransactionTooOldException ofPast(@Nullable String message) {
    return new TransactionTooOldException(message, null, false);
  }

  /**
   * {@inheritDoc}
   *
   * @return true if a transaction took too long, since a new one reads a newer state; false for a
   *     state of the past that was asked for
   */
  @Override
  public boolean isRetryable() {
    return retryable;
  }

  @Override
  public TransactionTooOldException copy() {
    return new TransactionTooOldException(getMessage(), this, retryable);
  }
}
