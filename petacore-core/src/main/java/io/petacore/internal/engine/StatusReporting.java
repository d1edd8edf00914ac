package io.petacore.internal.engine;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reporting of status changes to the application's listener.
 *
 * @param <S> the application's view of a status
 * @param statusOf makes the status of an engine
 * @param stateOf the part of a status by which consecutive reports are merged
 * @param listener the application's listener
 */
public record StatusReporting<S>(
    Function<Engine, S> statusOf, Function<S, Object> stateOf, Consumer<S> listener) {

  /** Returns an action that reports the status of an engine as it is when the action is run. */
  Runnable reporterOf(Engine engine, Executor executor) {
    StatusNotifier<S> notifier = new StatusNotifier<>(executor, stateOf, listener);
    return () -> notifier.report(() -> statusOf.apply(engine));
  }
}
