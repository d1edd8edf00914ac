package io.petacore.internal.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step that follows a future. If a step chained to a {@link CompletableFuture} throws, the
 * exception is lost in a second future. Here it is logged, and reported to a handler that has to
 * make sure that nothing is left waiting.
 */
public final class Continuation {

  private static final Logger log = LoggerFactory.getLogger(Continuation.class);

  /**
   * A step.
   *
   * @param <T> the type of the result
   */
  @FunctionalInterface
  public interface Step<T> {
    /** Handles the result or the failure; one of them is null. */
    void take(@Nullable T result, @Nullable Throwable failure);
  }

  private Continuation() {}

  /**
   * Runs a step when a future is complete.
   *
   * @param on runs the step; {@code Runnable::run} for the thread that completes the future
   * @param onDefect called with what the step threw, or with why it could not be run; an error is
   *     wrapped
   */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing is thrown out of the step
  public static <T> void after(
      CompletableFuture<T> future,
      Executor on,
      Step<? super T> step,
      Consumer<RuntimeException> onDefect) {
    future.whenComplete(
        (result, failure) ->
            guard(
                () -> on.execute(() -> guard(() -> step.take(result, failure), onDefect)),
                onDefect));
  }

  private static void guard(Runnable work, Consumer<RuntimeException> onDefect) {
    try {
      work.run();
    } catch (RuntimeException defect) {
      log.error("a step of the engine failed; this is a defect", defect);
      onDefect.accept(defect);
    } catch (Error error) {
      log.error("a step of the engine failed", error);
      onDefect.accept(new IllegalStateException("a step of the engine failed", error));
    }
  }
}
