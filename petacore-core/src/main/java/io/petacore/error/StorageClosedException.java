package io.petacore.error;

import org.jspecify.annotations.Nullable;

/** The storage was closed before or during the call. Nothing was applied. */
public final class StorageClosedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened and what to do
   */
  public StorageClosedException(@Nullable String message) {
    this(message, null);
  }

  private StorageClosedException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return false: a closed storage stays closed
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public StorageClosedException copy() {
    return new StorageClosedException(getMessage(), this);
  }
}
