package io.petacore.error;

import io.petacore.data.Bytes;

/**
 * Another commit changed a key that this transaction wrote from an older snapshot; nothing of this
 * transaction was applied. {@code runTransaction} throws it only after its last attempt.
 */
public final class TransactionConflictException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private final transient Bytes key;

  /**
   * @param key a key in conflict
   * @param message names the key and the number of attempts
   */
  public TransactionConflictException(Bytes key, String message) {
    super(message);
    this.key = key;
  }

  /** A key that was changed by another commit. */
  public Bytes key() {
    return key;
  }
}
