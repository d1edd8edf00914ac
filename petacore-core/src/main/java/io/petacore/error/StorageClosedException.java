package io.petacore.error;

/** The storage was closed before or during the call; what was not sent was not applied. */
public final class StorageClosedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do. */
  public StorageClosedException(String message) {
    super(message);
  }
}
