package io.petacore.internal.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when a future is done. A step chained to a {@link CompletableFuture} that throws is
 * never heard of: the exception goes into a second future that nobody looks at. Here it is logged,
 * and told to whoever has to see to it that nothing is left hanging.
 */
public final class Continuation {

  private static final Logger log = LoggerFactory.getLogger(Continuation.class);

  /**
   * A step.
   *
   * @param <T> the result that it is given; null when there is a failure instead
   */
  @FunctionalInterface
  public interface Step<T> {
    /** Takes the result or the failure; one of them is null. */
    void take(@Nullable T result, @Nullable Throwable failure);
  }

  private Continuation() {}

  /**
   * Takes a step when a future is done.
   *
   * @param on where to take it; {@code Runnable::run} for the thread that completes the future
   * @param onDefect told of what the step threw, or of why it could not be taken there; an error,
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
