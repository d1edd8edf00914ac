package io.petacore.error;

import org.jspecify.annotations.Nullable;

/** What PetaCore reports to an application; the subclasses say what kind of thing happened. */
public class PetaCoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and, where there is something, what to do. */
  public PetaCoreException(String message) {
    this(message, null);
  }

  /** The same with the cause, null if there is none. */
  public PetaCoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
