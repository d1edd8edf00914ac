package io.petacore.internal.transaction;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.AppliedState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Waits on the calling thread until a revision is applied. */
final class RevisionWait {

  /** A revision that another node has passed on is usually applied sooner. */
  static final Duration GRACE = Duration.ofMillis(250);

  private RevisionWait() {}

  /**
   * Waits until a revision is applied.
   *
   * @throws StoreUnavailableException if that takes longer than the timeout, if the thread is
   *     interrupted, or if the store is restored to another history meanwhile
   * @throws PetaCoreException if the storage is closed meanwhile
   */
  static void await(RunContext context, long revision, Duration timeout) {
    await(
        context,
        revision,
        revision,
        Deadline.in(timeout, context.scheduler()::nanoTime),
        "revision " + revision,
        () ->
            new StoreUnavailableException(
                "revision "
                    + revision
                    + " was not applied within "
                    + timeout
                    + "; the newest applied one is "
                    + context.cache().applied().revision(),
                null));
  }

  /**
   * Waits until a revision is applied.
   *
   * @param foreign the part of it that another node has passed on; see {@link #request}
   * @param awaited names it, if the thread is interrupted
   * @param late makes the exception if the deadline passes
   */
  static void await(
      RunContext context,
      long revision,
      long foreign,
      Deadline deadline,
      String awaited,
      Supplier<PetaCoreException> late) {
    if (context.cache().applied().revision() >= revision) {
      return;
    }
    CompletableFuture<AppliedState> applied = context.cache().whenApplied(revision);
    try {
      long grace = Math.min(deadline.remainingNanos(), GRACE.toNanos());
      if (!context.scheduler().await(applied, grace)) {
        request(context, foreign, deadline);
      }
      if (!context.scheduler().await(applied, deadline.remainingNanos())) {
        throw late.get();
      }
      applied.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for " + awaited, e);
    } catch (CompletionException e) {
      throw context.failures().forCaller(e.getCause());
    } finally {
      applied.cancel(false);
    }
  }

  /**
   * Has a barrier sent, for a revision that is not applied after a while, if there is time left. It
   * may be one that changed nothing in the namespace, such as that of another node's load: no watch
   * delivers it, and only a later revision will do.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the revision itself is awaited
  static void request(RunContext context, long foreign, Deadline deadline) {
    if (foreign > context.cache().applied().revision()
        && deadline.remainingNanos() > 0
        && !context.settings().readOnly()) {
      context.pipeline().freshness().barrier(deadline, true);
    }
  }
}
