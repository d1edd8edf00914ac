package io.petacore.error;

/**
 * The versions that this snapshot needs are no longer kept: it was used for longer than the history
 * retention. Begin again, keep the work shorter, raise the retention, or pin the past with a {@code
 * Snapshot} handle.
 */
public final class TransactionTooOldException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do. */
  public TransactionTooOldException(String message) {
    super(message);
  }
}
