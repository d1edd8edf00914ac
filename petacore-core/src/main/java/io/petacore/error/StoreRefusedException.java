package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The store refuses this client, and waiting does not mend it: wrong credentials, no permission, an
 * endpoint that is no such store, TLS that does not match, an untrusted certificate. The message
 * says why; a person has to change the configuration, here or there. Nothing was applied.
 */
public final class StoreRefusedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what was refused and why; the cause, null if there is none. */
  public StoreRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
