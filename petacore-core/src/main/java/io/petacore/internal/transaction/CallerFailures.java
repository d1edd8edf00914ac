package io.petacore.internal.transaction;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.internal.concurrent.Continuation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the exception of each caller from the one that the pipeline failed with, which several
 * commits may share: an object of the caller's own, with his stack trace and the shared exception
 * as its cause.
 *
 * <p>The outcome of an in-doubt commit is moved from the internal thread that resolves it to the
 * application's executor: what an application chains to it must not run on the thread that follows
 * the store.
 */
final class CallerFailures {

  private static final Logger log = LoggerFactory.getLogger(CallerFailures.class);

  private final Executor executor;

  CallerFailures(Executor executor) {
    this.executor = executor;
  }

  /** The exception for one caller, whose stack trace shows the current thread. */
  PetaCoreException forCaller(@Nullable Throwable failure) {
    if (failure instanceof CommitOutcomeUnknownException inDoubt) {
      return new CommitOutcomeUnknownException(inDoubt.getMessage(), inDoubt, onExecutor(inDoubt));
    }
    if (failure instanceof PetaCoreException known) {
      return known.copy();
    }
    return new InternalErrorException("the commit failed unexpectedly", failure, true);
  }

  private CompletableFuture<ResolvedOutcome> onExecutor(CommitOutcomeUnknownException inDoubt) {
    CompletableFuture<ResolvedOutcome> outcome = new CompletableFuture<>();
    Continuation.after(
        inDoubt.outcome(),
        Runnable::run,
        (resolved, none) ->
            complete(outcome, resolved == null ? ResolvedOutcome.unknown() : resolved),
        defect -> {});
    return outcome;
  }

  private void complete(CompletableFuture<ResolvedOutcome> outcome, ResolvedOutcome resolved) {
    try {
      executor.execute(() -> outcome.complete(resolved));
    } catch (RuntimeException refused) {
      log.warn("the executor rejected the outcome of an in-doubt commit: using the JDK's", refused);
      outcome.completeAsync(() -> resolved);
    }
  }
}
