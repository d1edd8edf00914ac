package io.petacore.internal.transaction;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.AppliedState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits on the calling thread until a revision is applied. */
final class RevisionWait {

  private RevisionWait() {}

  /**
   * Waits until a revision is applied.
   *
   * @throws StoreUnavailableException if that takes longer than the timeout, if the thread is
   *     interrupted, or if the store is restored to another history meanwhile
   * @throws PetaCoreException if the storage is closed meanwhile
   */
  static void await(RunContext context, long revision, Duration timeout) {
    if (context.cache().applied().revision() >= revision) {
      return;
    }
    CompletableFuture<AppliedState> applied = context.cache().whenApplied(revision);
    Deadline deadline = Deadline.in(timeout, context.scheduler()::nanoTime);
    try {
      long grace = Math.min(deadline.remainingNanos(), Attempts.GRACE.toNanos());
      if (!context.scheduler().await(applied, grace)
          && deadline.remainingNanos() > 0
          && !context.settings().readOnly()) {
        requestRevision(context, deadline);
      }
      if (!context.scheduler().await(applied, deadline.remainingNanos())) {
        throw new StoreUnavailableException(
            "revision "
                + revision
                + " was not applied within "
                + timeout
                + "; the newest applied one is "
                + context.cache().applied().revision(),
            null);
      }
      applied.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for revision " + revision, e);
    } catch (CompletionException e) {
      throw context.failures().forCaller(e.getCause());
    } finally {
      applied.cancel(false);
    }
  }

  /**
   * Has a barrier sent, since no watch delivers a revision that changed nothing in the namespace.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the revision itself is awaited
  private static void requestRevision(RunContext context, Deadline deadline) {
    context.pipeline().freshness().barrier(deadline, true);
  }
}
