package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The store refused the client or the transaction, and waiting does not help: wrong credentials, no
 * permission, an endpoint that is no such store, TLS that does not match, limits of the server that
 * are lower than those configured here. The message says why; a person has to change the
 * configuration, here or there. Nothing was applied.
 */
public final class StoreRefusedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened and what to do
   * @param cause what the store said; null if there is nothing
   */
  public StoreRefusedException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return false: the configuration has to be changed
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public StoreRefusedException copy() {
    return new StoreRefusedException(getMessage(), this);
  }
}
