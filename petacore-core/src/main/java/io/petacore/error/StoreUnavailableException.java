package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached, or did not answer in time, and nothing was applied: the work may
 * be tried again. Reads from memory go on meanwhile.
 */
public final class StoreUnavailableException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do; the cause, null if there is none. */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
