package io.petacore.error;

import org.jspecify.annotations.Nullable;

/** A defect of PetaCore, not of the application or the store; please report it with its cause. */
public final class InternalErrorException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** Whether a commit may have been applied. */
  private final boolean mayHaveBeenApplied;

  /**
   * Makes an exception.
   *
   * @param message what could not be done
   * @param cause the defect; null if there is none
   * @param mayHaveBeenApplied whether a commit may have been applied nevertheless
   */
  public InternalErrorException(
      @Nullable String message, @Nullable Throwable cause, boolean mayHaveBeenApplied) {
    super(message, cause);
    this.mayHaveBeenApplied = mayHaveBeenApplied;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: a defect does not pass by itself
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public boolean mayHaveBeenApplied() {
    return mayHaveBeenApplied;
  }

  @Override
  public InternalErrorException copy() {
    return new InternalErrorException(getMessage(), this, mayHaveBeenApplied);
  }
}
