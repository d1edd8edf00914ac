package io.petacore.error;

/**
 * The namespace can't be opened: it overlaps another one, or it was written in a format that this
 * release can't read.
 */
public final class NamespaceRefusedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do. */
  public NamespaceRefusedException(String message) {
    super(message);
  }
}
