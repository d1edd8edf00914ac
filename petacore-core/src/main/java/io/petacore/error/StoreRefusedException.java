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

  /** A message that says what was refused and why; the cause, null if there is none. */
  public StoreRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
