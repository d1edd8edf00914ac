package io.petacore.error;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A commit was sent, its answer was lost, and its outcome could not be resolved before the
 * deadline: it may have been applied, or still be applied later, or never.
 *
 * <p>The storage goes on resolving it: {@link #outcome()} completes with what became of it.
 * PetaCore never sends such a transaction again by itself. That a key of the transaction is absent
 * proves nothing, not even while the storage is {@code SYNCED}: the commit may still be under way.
 * Without the future, the safe reaction is to run the transaction again at Snapshot, with a body
 * that reads a key unique to the work (an order number) and writes all, that key too, only if it is
 * absent: of both transactions at most one commits.
 */
public final class CommitOutcomeUnknownException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable CompletableFuture<ResolvedOutcome> outcome;

  /**
   * An outcome that nobody resolves any more.
   *
   * @param message what happened and what to do
   * @param cause null if there is none
   */
  public CommitOutcomeUnknownException(String message, @Nullable Throwable cause) {
    this(message, cause, CompletableFuture.completedFuture(ResolvedOutcome.unknown()));
  }

  /**
   * An outcome that is being resolved.
   *
   * @param message what happened and what to do
   * @param cause null if there is none
   * @param outcome completes with the outcome
   */
  public CommitOutcomeUnknownException(
      String message, @Nullable Throwable cause, CompletableFuture<ResolvedOutcome> outcome) {
    super(message, cause);
    this.outcome = outcome;
  }

  /**
   * Completes with the outcome once it is certain: as soon as this node has followed the store past
   * the point from which on the commit can't be applied any more, which takes the store being
   * reachable. Completes as {@link ResolvedOutcome.Status#UNKNOWN} where that can't happen: the
   * storage was closed first, the history was lost in a restore or by compaction, or this exception
   * was serialized. Never completes exceptionally, and on the storage's executor; each call returns
   * a future of its own.
   */
  public CompletableFuture<ResolvedOutcome> outcome() {
    CompletableFuture<ResolvedOutcome> resolving = outcome;
    return resolving == null
        ? CompletableFuture.completedFuture(ResolvedOutcome.unknown())
        : resolving.copy();
  }
}
