package io.petacore.bench.support.console;

import org.jspecify.annotations.Nullable;

/** A command could not do what it was asked to; the message is all that its user needs to know. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A message that says what happened and what to do. */
  public CommandFailedException(String message) {
    this(message, null);
  }

  /** The same with a cause, shown with {@code -v} only. */
  public CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
