package io.petacore.error;

/** The storage was opened read-only, and the transaction writes; nothing was sent. */
public final class ReadOnlyStorageException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what was refused. */
  public ReadOnlyStorageException(String message) {
    super(message);
  }
}
