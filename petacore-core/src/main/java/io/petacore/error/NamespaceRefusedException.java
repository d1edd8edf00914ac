package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * The namespace can't be opened: it overlaps another one, or it was written in a format that this
 * release can't read.
 */
public final class NamespaceRefusedException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened and what to do
   */
  public NamespaceRefusedException(@Nullable String message) {
    this(message, null);
  }

  private NamespaceRefusedException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return false: another namespace or another release is needed
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  @Override
  public NamespaceRefusedException copy() {
    return new NamespaceRefusedException(getMessage(), this);
  }
}
