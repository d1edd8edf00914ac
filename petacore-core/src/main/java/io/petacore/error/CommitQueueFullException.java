package io.petacore.error;

/**
 * An asynchronous transaction found the commit queue full: as many transactions are pending as
 * {@code maxPendingCommits} allows. Nothing was applied; run it again when others have completed.
 */
public final class CommitQueueFullException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message names the limit
   */
  public CommitQueueFullException(String message) {
    super(message);
  }
}
