package io.petacore.internal.transaction;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The outcome of a chain, or why it has none. */
sealed interface ChainReport {

  /** It was committed, or another commit went first. */
  record Decided(CommitOutcome outcome) implements ChainReport {}

  /** It was in doubt, was not applied, and never will be. */
  record NotApplied() implements ChainReport {}

  /** It was not applied, and never will be; or that can't be found out. */
  record Failed(PetaCoreException failure) implements ChainReport {}

  /**
   * It was sent, and the first of its members' deadlines has passed without an answer.
   *
   * @param failure what members fail with whose deadline has passed
   * @param resolved completes with the outcome
   */
  record InDoubt(CommitOutcomeUnknownException failure, CompletableFuture<ChainReport> resolved)
      implements ChainReport {}

  /** The report of what the pipeline has completed with: one of the arguments is null. */
  static ChainReport of(@Nullable CommitOutcome decided, @Nullable Throwable failure) {
    if (decided != null) {
      return new Decided(decided);
    }
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof CommitOutcomeUnknownException unknown) {
      CompletableFuture<ChainReport> resolved =
          unknown.outcome().thenApply(outcome -> of(unknown, outcome));
      return resolved.isDone() ? resolved.join() : new InDoubt(unknown, resolved);
    }
    return new Failed(
        cause instanceof PetaCoreException known
            ? known
            : new InternalErrorException("the commit failed unexpectedly", cause, true));
  }

  private static ChainReport of(CommitOutcomeUnknownException unknown, ResolvedOutcome outcome) {
    return switch (outcome.status()) {
      case COMMITTED ->
          new Decided(
              new CommitOutcome.Committed(
                  outcome.revision(),
                  outcome.timestamp() == null ? 0 : outcome.timestamp().nanosSinceEpoch()));
      case NOT_COMMITTED -> new NotApplied();
      case UNKNOWN -> new Failed(unknown);
    };
  }

  /** Whether it was committed. */
  default boolean isCommitted() {
    return this instanceof Decided decided && decided.outcome() instanceof CommitOutcome.Committed;
  }

  /** Whether one of the members may be what is wrong: alone, each gets an outcome of its own. */
  default boolean isRefusal() {
    return this instanceof Failed failed
        && !(failed.failure() instanceof TransactionTooOldException)
        && !(failed.failure() instanceof StorageClosedException)
        && !failed.failure().isRetryable();
  }
}
