package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.data.Timestamp;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.concurrent.CombiningLock;
import io.petacore.store.StoreException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Completes commits, each once, without the lock. Each commit that fails gets an exception of its
 * own; a failure of the store is their common cause. Guarded by the pipeline's lock where nothing
 * else is said.
 */
final class Outcomes {

  private final CombiningLock lock;
  private final CommitLimiter limiter;
  private final ReplicaProgress progress;
  private final CommitCounters counters;
  private final AtomicLong confirmed = new AtomicLong();
  private volatile @Nullable StoreException lastFailure;
  private boolean storeClosed;

  Outcomes(
      CombiningLock lock,
      CommitLimiter limiter,
      ReplicaProgress progress,
      CommitCounters counters) {
    this.lock = lock;
    this.limiter = limiter;
    this.progress = progress;
    this.counters = counters;
  }

  /** A request has failed: the cause of what fails from now on. */
  void storeFailed(StoreException failure) {
    lock.assertHeld();
    lastFailure = failure;
    storeClosed |= failure.kind() == StoreException.Kind.CLOSED;
  }

  /** Whether the store was closed: it will not answer any more. */
  boolean isStoreClosed() {
    return storeClosed;
  }

  /** The store has answered: what fails from now on has other causes. */
  void storeAnswered() {
    lock.assertHeld();
    lastFailure = null;
  }

  /**
   * The highest revision of a commit that was reported before it was applied here. Safe for use by
   * many threads.
   */
  long confirmedRevision() {
    return confirmed.get();
  }

  /** Forgets the confirmed revision: it is of another history. */
  void forgetConfirmed() {
    confirmed.set(0);
  }

  /** Completes a commit; resolves it if it was reported as in doubt. */
  void complete(PendingCommit commit, CommitOutcome outcome) {
    boolean first = commit.markCompleted();
    boolean late = !first && commit.isInDoubt();
    if ((first || late) && outcome instanceof CommitOutcome.Committed committed) {
      counters.commits.add(commit.request().transactions());
      if (!progress.hasApplied(committed.revision())) {
        confirmed.accumulateAndGet(committed.revision(), Math::max);
      }
    }
    if (first) {
      releasePermit(commit);
      lock.afterUnlock(() -> commit.complete(outcome));
    } else if (late) {
      resolve(commit, resolved(outcome));
    }
  }

  private static ResolvedOutcome resolved(CommitOutcome outcome) {
    return outcome instanceof CommitOutcome.Committed committed
        ? ResolvedOutcome.committed(
            committed.revision(),
            committed.timestamp() == 0 ? null : Timestamp.of(committed.timestamp()))
        : ResolvedOutcome.notCommitted();
  }

  private void releasePermit(PendingCommit commit) {
    if (!commit.request().holdsPermit()) {
      limiter.release();
    }
  }

  /** Fails a commit of which nothing was applied, nor will be. */
  void fail(PendingCommit commit, PetaCoreException failure) {
    if (commit.markCompleted()) {
      releasePermit(commit);
      lock.afterUnlock(() -> commit.fail(failure));
    } else {
      notCommitted(commit);
    }
  }

  /** Resolves a commit as not committed if it was reported as in doubt. */
  void notCommitted(PendingCommit commit) {
    if (commit.isInDoubt()) {
      resolve(commit, ResolvedOutcome.notCommitted());
    }
  }

  /** Fails a commit in doubt whose deadline has passed; it is resolved later. */
  void inDoubt(PendingCommit commit) {
    if (commit.markCompleted()) {
      counters.unknownOutcomes.add(commit.request().transactions());
      releasePermit(commit);
      CommitOutcomeUnknownException failure =
          new CommitOutcomeUnknownException(
              "the commit, which writes "
                  + commit.anyKey()
                  + ", was sent, its answer was lost, and its outcome could not be resolved in"
                  + " time: it may have been applied or not; the exception's outcome() completes"
                  + " with the result"
                  + reason(),
              lastFailure,
              commit.beginResolving());
      lock.afterUnlock(() -> commit.fail(failure));
    }
  }

  /** Fails a commit in doubt that can't be resolved any more. */
  void unknown(PendingCommit commit) {
    if (commit.isInDoubt()) {
      resolve(commit, ResolvedOutcome.unknown());
      return;
    }
    if (!commit.isCompleted()) {
      counters.unknownOutcomes.add(commit.request().transactions());
    }
    fail(
        commit,
        new CommitOutcomeUnknownException(
            "the commit, which writes "
                + commit.anyKey()
                + ", was sent, its answer was lost, and its outcome can't be resolved any more: it"
                + " may have been applied or not"
                + reason(),
            lastFailure));
  }

  private void resolve(PendingCommit commit, ResolvedOutcome outcome) {
    lock.afterUnlock(commit.endResolving(outcome));
  }

  /**
   * Completes a commit whose deadline has passed and that is not in flight: nothing was applied.
   * The reason is one of three: the store could not be reached, other commits went first, or the
   * commit was not sent in time.
   */
  void deadlinePassed(PendingCommit commit) {
    if (lastFailure != null || !progress.isFollowing()) {
      fail(
          commit,
          new StoreUnavailableException(
              "the store could not be reached until the deadline; nothing was applied" + reason(),
              lastFailure));
    } else if (commit.isLostToOthers()) {
      Bytes lostTo = commit.request().contention().lostTo();
      Bytes key = lostTo == null ? commit.anyKey() : lostTo;
      complete(commit, new CommitOutcome.Conflict(key, true));
    } else {
      fail(
          commit,
          new StoreUnavailableException(
              "the commit was not sent before its deadline, since those before it took too long;"
                  + " nothing was applied",
              null));
    }
  }

  /** Fails a commit that is not to wait for the store. */
  void disconnected(PendingCommit commit) {
    fail(commit, disconnected());
  }

  /** The failure of a commit that is not to wait for the store. Safe for use by many threads. */
  StoreUnavailableException disconnected() {
    return new StoreUnavailableException(
        "the storage is disconnected from its store, and the transaction is to fail fast; nothing"
            + " was applied"
            + reason(),
        lastFailure);
  }

  /**
   * The failure of a call that has waited for the store, or for its watch, up to its deadline. Safe
   * for use by many threads.
   */
  StoreUnavailableException late(String what) {
    return new StoreUnavailableException(what + "; nothing was begun" + reason(), lastFailure);
  }

  /** Fails a commit that was not applied, since the store was closed before its storage. */
  void storeClosed(PendingCommit commit) {
    fail(
        commit,
        new StorageClosedException("the store was closed before its storage; nothing was applied"));
  }

  /** Fails a commit that was not applied, since the storage was closed. */
  void closed(PendingCommit commit) {
    fail(commit, new StorageClosedException("the storage was closed; nothing was applied"));
  }

  /** Fails a commit that was not applied, since its snapshot is of a lost history. */
  void historyLost(PendingCommit commit) {
    fail(
        commit,
        new TransactionTooOldException(
            "the snapshot is of a history that the store has lost, as after a restore from a"
                + " backup; nothing was applied"));
  }

  /** The store's last failure, for readers who see no more than the message. */
  private String reason() {
    StoreException failure = lastFailure;
    return failure == null ? "" : "; the store's last failure: " + failure.getMessage();
  }
}
