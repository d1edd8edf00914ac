package io.petacore.error;

import org.jspecify.annotations.Nullable;

/** The storage was opened read-only, and the transaction writes. Nothing was sent. */
public final class ReadOnlyStorageException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what was refused
   */
  public ReadOnlyStorageException(@Nullable String message) {
    this(message, null);
  }

  private ReadOnlyStorageException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return false: the storage commits nothing
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public ReadOnlyStorageException copy() {
    return new ReadOnlyStorageException(getMessage(), this);
  }
}
