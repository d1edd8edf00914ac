package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached, or did not answer in time, and nothing was applied. Reads from
 * memory continue meanwhile.
 */
public final class StoreUnavailableException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened and what to do
   * @param cause the last failure of the store; null if there was none
   */
  public StoreUnavailableException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return true: the store may be reachable again
   */
  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  public StoreUnavailableException copy() {
    return new StoreUnavailableException(getMessage(), this);
  }
}
