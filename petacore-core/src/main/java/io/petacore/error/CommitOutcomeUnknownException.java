package io.petacore.error;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A commit was sent, its answer was lost, and its outcome could not be resolved before the
 * deadline: it may have been applied, may still be applied later, or may never be.
 *
 * <p>The storage continues to resolve it, and {@link #outcome()} completes with the result.
 * PetaCore never sends such a transaction again by itself. That a key of the transaction is absent
 * proves nothing, not even while the storage is {@code SYNCED}: the commit may still be in flight.
 * To repeat the work safely without the future, run it at Snapshot with a body that reads a key
 * unique to the work (an order number) and writes everything, that key included, only if it is
 * absent: of the two transactions at most one commits.
 */
public final class CommitOutcomeUnknownException extends PetaCoreException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable CompletableFuture<ResolvedOutcome> outcome;

  /**
   * Makes an exception for an outcome that can't be resolved any more.
   *
   * @param message what happened and what to do
   * @param cause null if there is none
   */
  public CommitOutcomeUnknownException(@Nullable String message, @Nullable Throwable cause) {
    this(message, cause, CompletableFuture.completedFuture(ResolvedOutcome.unknown()));
  }

  /**
   * Makes an exception for an outcome that is being resolved.
   *
   * @param message what happened and what to do
   * @param cause null if there is none
   * @param outcome completes with the outcome
   */
  public CommitOutcomeUnknownException(
      @Nullable String message,
      @Nullable Throwable cause,
      CompletableFuture<ResolvedOutcome> outcome) {
    super(message, cause);
    this.outcome = outcome;
  }

  /**
   * Returns a future that completes with the outcome once it is certain: when this node has
   * followed the store past the point after which the commit can't be applied any more, which takes
   * a reachable store. It completes with {@link ResolvedOutcome.Status#UNKNOWN} if that can't
   * happen: the storage was closed first, the history was lost in a restore or by compaction, or
   * this exception was serialized.
   *
   * @return a future of this call's own, which never completes exceptionally, and completes on the
   *     storage's executor
   */
  public CompletableFuture<ResolvedOutcome> outcome() {
    CompletableFuture<ResolvedOutcome> resolving = outcome;
    return resolving == null
        ? CompletableFuture.completedFuture(ResolvedOutcome.unknown())
        : resolving.copy();
  }

  /**
   * {@inheritDoc}
   *
   * @return false: run again, the work might be applied twice
   */
  @Override
  public boolean isRetryable() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @return true
   */
  @Override
  public boolean mayHaveBeenApplied() {
    return true;
  }

  @Override
  public CommitOutcomeUnknownException copy() {
    return new CommitOutcomeUnknownException(getMessage(), this, outcome());
  }
}
