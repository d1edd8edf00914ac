package io.petacore.bench.support.console;

import org.jspecify.annotations.Nullable;

/** A command failed; its message is complete without the stack trace. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates a failure without a cause.
   *
   * @param message what failed and what to do about it
   */
  public CommandFailedException(String message) {
    this(message, null);
  }

  /** Creates a failure with a cause, which is shown only with {@code -v}. */
  public CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
