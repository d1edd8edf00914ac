package io.petacore.error;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A write-behind buffer remained full for as long as a writer waits, so that a write was not taken.
 * The message names the key and the limit. Writes that were taken before are not concerned.
 */
public final class WriteBehindFullException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Bytes key;

  /**
   * Makes an exception.
   *
   * @param key the key of the write that was not taken
   * @param message names the key and the limit
   * @param cause null if there is none
   */
  public WriteBehindFullException(
      @Nullable Bytes key, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key;
  }

  /**
   * Returns the key of the write that was not taken.
   *
   * @return null if this exception was serialized
   */
  public @Nullable Bytes key() {
    return key;
  }

  /**
   * {@inheritDoc}
   *
   * @return true: memory is released when writes have become durable
   */
  @Override
  public boolean isRetryable() {
    return true;
  }

  @Override
  public WriteBehindFullException copy() {
    return new WriteBehindFullException(key, getMessage(), this);
  }
}
