package io.petacore.bench.support.console;

import io.petacore.error.PetaCoreException;
import io.petacore.store.StoreException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.PicocliException;

/** Formats an exception as one line of text. */
public final class ErrorLine {
  private ErrorLine() {}

  /**
   * Returns the message of an exception on a single line, without the class name where the message
   * is written for users. Wrappers such as {@link ExecutionException} are removed.
   */
  public static String of(Throwable thrown) {
    return describe(unwrapped(thrown)).strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ");
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean onlyWraps =
        thrown instanceof CompletionException
            || thrown instanceof ExecutionException
            || thrown instanceof UncheckedIOException;
    return onlyWraps && cause != null ? unwrapped(cause) : thrown;
  }

  private static String describe(Throwable thrown) {
    if (thrown instanceof NoSuchFileException missing) {
      return "no such file: " + missing.getFile();
    }
    if (thrown instanceof AccessDeniedException denied) {
      return "no permission to read " + denied.getFile();
    }
    if (thrown instanceof FileSystemException file) {
      return Objects.requireNonNullElse(file.getMessage(), "a file cannot be used");
    }
    String message = thrown.getMessage();
    boolean isUserMessage =
        thrown instanceof CommandFailedException
            || thrown instanceof PetaCoreException
            || thrown instanceof StoreException
            || thrown instanceof PicocliException
            || thrown instanceof IllegalArgumentException
            || thrown instanceof IllegalStateException;
    if (isUserMessage && message != null) {
      return message;
    }
    String kind = thrown.getClass().getSimpleName();
    return message == null ? kind : kind + ": " + message;
  }
}
