package io.petacore.internal.transaction;

import io.petacore.error.PetaCoreException;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the steps of one asynchronous transaction follow one another: each on whichever thread
 * completes the one before, on the application's executor wherever that is an internal one.
 */
final class AsyncSteps {

  private final RunContext context;
  private final TransactionOptions options;
  private final Attempts attempts;
  private final Consumer<Throwable> onFailure;
  private final Consumer<Throwable> onDefect;

  /**
   * @param onFailure ends the transaction with what it fails with
   * @param onDefect ends it with what a step has thrown
   */
  AsyncSteps(
      RunContext context,
      TransactionOptions options,
      Attempts attempts,
      Consumer<Throwable> onFailure,
      Consumer<Throwable> onDefect) {
    this.context = context;
    this.options = options;
    this.attempts = attempts;
    this.onFailure = onFailure;
    this.onDefect = onDefect;
  }

  /** As {@link RunStart#awaitRequired()}, without blocking. */
  void awaitRequired(Runnable next) {
    RunStart start = attempts.start();
    long required = start.required();
    CompletableFuture<AppliedState> applied = context.cache().whenApplied(required);
    if (!applied.isDone()) {
      context
          .scheduler()
          .schedule(
              RevisionWait.GRACE,
              () -> {
                if (!applied.isDone()) {
                  start.requestRevision();
                }
              });
      try {
        start.requireConnectedIfFailFast(required);
      } catch (PetaCoreException disconnected) {
        start.stopWaiting(applied);
        onFailure.accept(disconnected);
        return;
      }
    }
    CompletableFuture<@Nullable Throwable> waiting =
        applied.handle((state, abandoned) -> abandoned);
    whenReady(
        waiting,
        () -> {
          if (!waiting.isDone()) {
            start.stopWaiting(applied);
            onFailure.accept(start.notApplied(required));
          } else if (waiting.join() != null && context.isBehind(options.atLeast())) {
            // Closed, or of another history: the body must not run on a state that lacks a commit.
            onFailure.accept(context.failures().forCaller(waiting.join()));
          } else {
            next.run(); // if abandoned, on another history, where that commit is forgotten
          }
        });
  }

  /** Continues at once if it is ready; else on the executor, when it is or when the time is up. */
  void whenReady(CompletableFuture<?> ready, Runnable next) {
    if (ready.isDone()) {
      next.run();
      return;
    }
    CompletableFuture<Boolean> inTime = ready.thenApply(yes -> true);
    Scheduler.Cancellable timer =
        context.scheduler().schedule(attempts.remaining(), () -> inTime.complete(false));
    Continuation.after(
        inTime,
        Runnable::run,
        (yes, failure) -> {
          timer.cancel();
          onExecutor(next);
        },
        this::failOnExecutor);
  }

  /** Runs a step away from internal threads; an unexpected failure of the step ends the run. */
  void onExecutor(Runnable step) {
    context
        .executor()
        .execute(
            () -> {
              try {
                step.run();
              } catch (RuntimeException | Error defect) {
                onDefect.accept(defect);
              }
            });
  }

  /** Dependents of the future must not run on this thread. */
  void failOnExecutor(Throwable failure) {
    onExecutor(() -> onFailure.accept(failure));
  }

  /** Continues after a delay, on the executor. */
  void after(Duration delay, Runnable next) {
    if (delay.isZero()) {
      next.run();
    } else {
      context.timers().start(delay, () -> onExecutor(next));
    }
  }
}
