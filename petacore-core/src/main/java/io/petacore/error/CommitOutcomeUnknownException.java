package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * A commit was sent and its answer was lost: it may have been applied or not. PetaCore never
 * repeats such a transaction by itself; read what it would have written before doing so.
 */
public final class CommitOutcomeUnknownException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do; the cause, null if there is none. */
  public CommitOutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
