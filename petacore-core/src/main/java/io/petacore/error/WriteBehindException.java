package io.petacore.error;

import org.jspecify.annotations.Nullable;

/**
 * A flush of a write-behind buffer ended before everything was durable: writes have failed for
 * good, or it took longer than its timeout. Other writes have become durable, or still do so. The
 * message says which, and names a key; the listener of the buffer gets every key that has failed.
 */
public final class WriteBehindException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  /** The number of writes that have failed for good. */
  private final long failed;

  /**
   * Makes an exception.
   *
   * @param failed the number of writes that have failed for good; 0 after a timeout
   * @param message what happened
   * @param cause the failure of the first of them; null if there is none
   */
  public WriteBehindException(long failed, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failed = failed;
  }

  /**
   * Returns how many writes have failed for good since the last flush.
   *
   * @return 0 if the flush has timed out or was interrupted
   */
  public long failed() {
    return failed;
  }

  /**
   * {@inheritDoc}
   *
   * @return false: writes that have failed have to be made again
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @return true: others have been applied, and writes that are held still may be
   */
  @Override
  public boolean mayHaveBeenApplied() {
    return true;
  }

  @Override
  public WriteBehindException copy() {
    return new WriteBehindException(failed, getMessage(), this);
  }
}
