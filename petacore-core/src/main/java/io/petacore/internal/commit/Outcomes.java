package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.data.Timestamp;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.store.StoreException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells what became of transactions, each once. Guarded by the pipeline's lock, where nothing else
 * is said.
 */
final class Outcomes {

  private final CommitLimiter admission;
  private final ReplicaProgress position;
  private final CommitCounters counters;
  private final AtomicLong confirmed = new AtomicLong();
  private volatile @Nullable StoreException lastFailure;
  private boolean storeClosed;

  Outcomes(CommitLimiter admission, ReplicaProgress position, CommitCounters counters) {
    this.admission = admission;
    this.position = position;
    this.counters = counters;
  }

  /** Why the store could not be reached: the cause of what fails for it from now on. */
  void storeFailed(StoreException failure) {
    lastFailure = failure;
    storeClosed |= failure.kind() == StoreException.Kind.CLOSED;
  }

  /** Whether the store was closed: it will not answer any more. */
  boolean isStoreClosed() {
    return storeClosed;
  }

  /** The store takes requests: what fails from now on has other causes. */
  void storeAnswered() {
    lastFailure = null;
  }

  /** The highest revision told before it was applied here. Safe for use by many threads. */
  long confirmedRevision() {
    return confirmed.get();
  }

  /** What was told of another history counts no more. */
  void forgetConfirmed() {
    confirmed.set(0);
  }

  void tell(PendingCommit commit, CommitOutcome outcome, DeferredActions effects) {
    boolean first = commit.tell();
    boolean late = !first && commit.isInDoubt();
    if ((first || late) && outcome instanceof CommitOutcome.Committed committed) {
      counters.commits.increment();
      if (!position.hasApplied(committed.revision())) {
        confirmed.accumulateAndGet(committed.revision(), Math::max);
      }
    }
    if (first) {
      returnPermit(commit);
      effects.tell(() -> commit.complete(outcome));
    } else if (late) {
      resolve(commit, resolved(outcome), effects);
    }
  }

  private void returnPermit(PendingCommit commit) {
    if (!commit.request().holdsPermit()) {
      admission.leave();
    }
  }

  private static ResolvedOutcome resolved(CommitOutcome outcome) {
    return outcome instanceof CommitOutcome.Committed committed
        ? ResolvedOutcome.committed(
            committed.revision(),
            committed.timestamp() == 0 ? null : Timestamp.of(committed.timestamp()))
        : ResolvedOutcome.notCommitted();
  }

  /** Reports that nothing was applied, nor will be. */
  void fail(PendingCommit commit, PetaCoreException failure, DeferredActions effects) {
    if (commit.tell()) {
      returnPermit(commit);
      effects.tell(() -> commit.fail(failure));
    } else {
      notCommitted(commit, effects);
    }
  }

  /** Resolves a commit that was reported as in doubt, if it was: nothing of it was applied. */
  void notCommitted(PendingCommit commit, DeferredActions effects) {
    if (commit.isInDoubt()) {
      resolve(commit, ResolvedOutcome.notCommitted(), effects);
    }
  }

  /** Reports a commit as in doubt whose time is up; it is resolved later. */
  void inDoubt(PendingCommit commit, DeferredActions effects) {
    if (commit.tell()) {
      counters.unknownOutcomes.increment();
      returnPermit(commit);
      CommitOutcomeUnknownException failure =
          new CommitOutcomeUnknownException(
              "the commit, which writes "
                  + commit.anyKey()
                  + ", was sent, its answer was lost, and its outcome could not be resolved in time:"
                  + " it may have been applied or not; the exception's outcome() will tell"
                  + reason(),
              lastFailure,
              commit.beginResolving());
      effects.tell(() -> commit.fail(failure));
    }
  }

  /** Reports a commit as unknown that can't be resolved any more. */
  void unknown(PendingCommit commit, DeferredActions effects) {
    if (commit.isInDoubt()) {
      resolve(commit, ResolvedOutcome.unknown(), effects);
      return;
    }
    if (!commit.isTold()) {
      counters.unknownOutcomes.increment();
    }
    fail(
        commit,
        new CommitOutcomeUnknownException(
            "the commit, which writes "
                + commit.anyKey()
                + ", was sent, its answer was lost, and its outcome can't be resolved any more: it"
                + " may have been applied or not"
                + reason(),
            lastFailure),
        effects);
  }

  private static void resolve(
      PendingCommit commit, ResolvedOutcome outcome, DeferredActions effects) {
    effects.tell(commit.endResolving(outcome));
  }

  /**
   * Reports a commit whose deadline has passed, and that is not on its way: nothing was applied.
   * Why not is one of three: the store could not be reached, other commits went first, or the
   * commit did not get its turn.
   */
  void notInTime(PendingCommit commit, DeferredActions effects) {
    if (lastFailure != null || !position.isFollowing()) {
      fail(
          commit,
          new StoreUnavailableException(
              "the store could not be reached until the deadline; nothing was applied" + reason(),
              lastFailure),
          effects);
    } else if (commit.isLostToOthers()) {
      Bytes lostTo = commit.request().lostTo();
      Bytes key = lostTo == null ? commit.anyKey() : lostTo;
      tell(commit, new CommitOutcome.Conflict(key, true), effects);
    } else {
      fail(
          commit,
          new StoreUnavailableException(
              "the commit was not sent before its deadline, since those before it took too long;"
                  + " nothing was applied",
              null),
          effects);
    }
  }

  /** Refuses a commit that does not want to wait for the store. */
  void disconnected(PendingCommit commit, DeferredActions effects) {
    fail(commit, disconnected(), effects);
  }

  /** What a commit gets that does not want to wait for the store. May be called by any thread. */
  StoreUnavailableException disconnected() {
    return new StoreUnavailableException(
        "the storage is disconnected from its store, and the transaction is to fail fast; nothing"
            + " was applied"
            + reason(),
        lastFailure);
  }

  /** Reports a commit that was not applied, since the store was closed before its storage. */
  void storeClosed(PendingCommit commit, DeferredActions effects) {
    fail(
        commit,
        new StorageClosedException("the store was closed before its storage; nothing was applied"),
        effects);
  }

  /** What the store said last, for whoever reads no further than the message. */
  private String reason() {
    StoreException failure = lastFailure;
    return failure == null ? "" : "; the store's last failure: " + failure.getMessage();
  }

  void closed(PendingCommit commit, DeferredActions effects) {
    fail(
        commit, new StorageClosedException("the storage was closed; nothing was applied"), effects);
  }

  void ofAnotherHistory(PendingCommit commit, DeferredActions effects) {
    fail(
        commit,
        new TransactionTooOldException(
            "the snapshot is of a history that the store has lost, as after a restore from a"
                + " backup; nothing was applied"),
        effects);
  }
}
