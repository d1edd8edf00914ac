package io.petacore.error;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Another commit changed a key that this transaction wrote from an older snapshot, or that it has
 * read and wants unchanged. Nothing of this transaction was applied. {@code runTransaction} throws
 * it only after its last attempt.
 */
public final class TransactionConflictException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Bytes key;

  /**
   * Makes an exception.
   *
   * @param key a key in conflict
   * @param message names the key and the number of attempts
   */
  public TransactionConflictException(Bytes key, @Nullable String message) {
    this(key, message, null);
  }

  private TransactionConflictException(
      @Nullable Bytes key, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key;
  }

  /**
   * Returns a key that was changed by another commit.
   *
   * @return null if this exception was serialized
   */
  public @Nullable Bytes key() {
    return key;
  }

  /**
   * {@inheritDoc}
   *
   * @return true: a new transaction reads what the other commit wrote
   */
  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  public TransactionConflictException copy() {
    return new TransactionConflictException(key, getMessage(), this);
  }
}
