package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The transaction has more operations or bytes than one request to the store can carry. Nothing was
 * sent. The message names both numbers.
 */
public final class TransactionTooLargeException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened and what to do
   */
  public TransactionTooLargeException(@Nullable String message) {
    this(message, null);
  }

  private TransactionTooLargeException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return false: it has to be split
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public TransactionTooLargeException copy() {
    return new TransactionTooLargeException(getMessage(), this);
  }
}
