package io.petacore.internal.transaction;

import io.petacore.error.PetaCoreException;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state that must be applied before a body of one transaction may run. Used by one thread at a
 * time.
 */
final class RunStart {

  private final RunContext context;
  private final Deadline deadline;
  private final boolean failFast;
  private final long atLeast;
  private final boolean latest;
  private final Supplier<@Nullable PetaCoreException> conflict;

  /**
   * @param conflict the conflict that the last run has ended in, as an exception; null if in none
   */
  RunStart(
      RunContext context,
      TransactionOptions options,
      Deadline deadline,
      Supplier<@Nullable PetaCoreException> conflict) {
    this.context = context;
    this.deadline = deadline;
    this.failFast = options.isFailFast();
    this.atLeast = options.atLeast();
    this.latest = options.isLatest();
    this.conflict = conflict;
  }

  /** Waits until the first run may begin. */
  void await() {
    if (latest) {
      context.await(readLatest(), deadline, "the newest commit");
    }
    awaitRequired();
  }

  /** Whether the first run needs what other nodes have committed. */
  boolean needsLatest() {
    return latest;
  }

  /** Completes, by the deadline, when every commit that had returned before is applied. */
  CompletableFuture<Long> readLatest() {
    return context.pipeline().freshness().latest(deadline, failFast);
  }

  /** The revision that must be applied before a run: every acknowledged commit is included. */
  long required() {
    return Math.max(atLeast, context.pipeline().confirmedRevision());
  }

  /** Waits until the required revision is applied. */
  void awaitRequired() {
    long required = required();
    if (context.cache().applied().revision() < required) {
      requireConnectedIfFailFast(required);
      RevisionWait.await(
          context,
          required,
          atLeast,
          deadline,
          "an earlier commit; nothing was begun",
          () -> notApplied(required));
    }
  }

  /** Has a barrier sent, if the revision that another node has passed on is not applied. */
  void requestRevision() {
    RevisionWait.request(context, atLeast, deadline);
  }

  /** Fails if the transaction is to fail fast and the storage is disconnected. */
  void requireConnectedIfFailFast(long required) {
    if (failsFast()) {
      throw notApplied(required);
    }
  }

  /** Whether the transaction is not to wait for the store. */
  boolean isFailFast() {
    return failFast;
  }

  /** Whether the transaction is to fail fast and the storage is disconnected. */
  boolean failsFast() {
    return failFast && context.pipeline().isDisconnected();
  }

  /** Removes a waiter from the cache; without effect on one that is done. */
  void stopWaiting(CompletableFuture<AppliedState> applied) {
    applied.cancel(false);
  }

  /** If other commits have used up the time, the exception names them. */
  PetaCoreException notApplied(long required) {
    PetaCoreException lost = conflict.get();
    if (lost != null && !context.pipeline().isDisconnected()) {
      return lost;
    }
    return context
        .pipeline()
        .freshness()
        .late(
            (required == atLeast
                    ? "the transaction is to begin at least at revision "
                    : "an earlier commit of this storage, at revision ")
                + required
                + ", which was not applied in time: this node has applied revision "
                + context.cache().applied().revision()
                + " and is "
                + (context.pipeline().isDisconnected() ? "disconnected" : "connected"));
  }
}
