package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * An asynchronous transaction found the commit queue full: as many transactions are pending as
 * {@code maxPendingCommits} allows. Nothing was applied.
 */
public final class CommitQueueFullException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message names the limit
   */
  public CommitQueueFullException(@Nullable String message) {
    this(message, null);
  }

  private CommitQueueFullException(@Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * {@inheritDoc}
   *
   * @return true: permits are released when others complete
   */
  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  public CommitQueueFullException copy() {
    return new CommitQueueFullException(getMessage(), this);
  }
}
