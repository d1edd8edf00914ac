package io.petacore.internal.transaction;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.internal.concurrent.Continuation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the outcome of an in-doubt commit from the internal thread that resolves it to the
 * application's executor: what an application chains to it must not run on the thread that follows
 * the store.
 */
final class InDoubtHandOver {

  private static final Logger log = LoggerFactory.getLogger(InDoubtHandOver.class);

  private final Executor executor;

  InDoubtHandOver(Executor executor) {
    this.executor = executor;
  }

  /**
   * Returns the failure as an application may see it: an in-doubt commit's with a future that
   * completes on the executor, any other unchanged.
   */
  @Nullable Throwable onExecutor(@Nullable Throwable failure) {
    if (!(failure instanceof CommitOutcomeUnknownException inDoubt)) {
      return failure;
    }
    CompletableFuture<ResolvedOutcome> outcome = new CompletableFuture<>();
    Continuation.after(
        inDoubt.outcome(),
        Runnable::run,
        (resolved, none) ->
            complete(outcome, resolved == null ? ResolvedOutcome.unknown() : resolved),
        defect -> {});
    return new CommitOutcomeUnknownException(
        String.valueOf(inDoubt.getMessage()), inDoubt.getCause(), outcome);
  }

  private void complete(CompletableFuture<ResolvedOutcome> outcome, ResolvedOutcome resolved) {
    try {
      executor.execute(() -> outcome.complete(resolved));
    } catch (RuntimeException refused) {
      log.warn("the executor refused to complete an in-doubt outcome: the JDK's does", refused);
      outcome.completeAsync(() -> resolved);
    }
  }
}
