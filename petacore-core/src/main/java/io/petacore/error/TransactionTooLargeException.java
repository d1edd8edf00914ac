package io.petacore.error;

/**
 * The transaction has more operations or bytes than one request to the store can carry; nothing was
 * sent. The message names both numbers.
 */
public final class TransactionTooLargeException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do. */
  public TransactionTooLargeException(String message) {
    super(message);
  }
}
