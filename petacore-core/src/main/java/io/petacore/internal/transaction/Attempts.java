package io.petacore.internal.transaction;

import io.petacore.error.PetaCoreException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.ReadSet;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.monitoring.Failures;
import io.petacore.internal.monitoring.TransactionEvent;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.metrics.TransactionOutcome;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to commit one transaction: their number, deadline, backoff and places in the queues
 * of hot keys. Used by one thread at a time.
 */
final class Attempts {

  private static final Duration FIRST_BACKOFF = Duration.ofNanos(200_000);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(50);

  private final RunContext context;
  private final int maxAttempts;
  private final Duration timeout;
  private final Deadline deadline;
  private final Backoff backoff;
  private final HeldTickets tickets;
  private final boolean failFast;
  private final long atLeast;
  private final boolean latest;
  private final RunClaims claims;
  private CommitOutcome.@Nullable Conflict lastConflict; // of the last run; null if it had none
  private int attempt = 1; // how often the body has been run, the current run included
  private final @Nullable TransactionEvent event;
  private int keys; // that the last run has written
  private boolean ended;

  /** Starts the timeout. */
  Attempts(RunContext context, TransactionOptions options) {
    this.context = context;
    this.maxAttempts = options.maxAttempts().orElse(context.settings().maxAttempts());
    this.timeout = options.timeout().orElse(context.settings().timeout());
    this.deadline = Deadline.in(timeout, context.scheduler()::nanoTime);
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, context.scheduler()::chance);
    this.tickets = new HeldTickets(context.hotKeys());
    this.claims = new RunClaims(context.pipeline().lockClaims());
    this.failFast = options.isFailFast();
    this.atLeast = options.atLeast();
    this.latest = options.isLatest();
    this.event = context.monitor().beginTransaction();
  }

  Duration remaining() {
    return Duration.ofNanos(deadline.remainingNanos());
  }

  /**
   * Leaves the queues of hot keys, and ends the claim to the exclusive commit lock; to be called at
   * the end, however it ends.
   */
  void leaveQueues() {
    tickets.leave();
    claims.end();
  }

  /** Reports that the transaction was committed. */
  void committed(CommitOutcome.Committed outcome) {
    end(TransactionOutcome.COMMITTED, outcome.revision());
  }

  /** Reports what has ended the transaction. */
  void failed(Throwable thrown) {
    end(Failures.outcomeOf(thrown), 0);
  }

  /** Reports the end, once, unless the only run wrote nothing. */
  private void end(TransactionOutcome outcome, long revision) {
    if (!ended && (keys > 0 || attempt > 1)) {
      ended = true;
      context.monitor().transactionEnded(event, outcome, attempt, keys, revision, deadline.setAt());
    }
  }

  // ---- before a run

  /** Waits until the first run may begin. */
  void awaitBegin() {
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
    if (failFast && context.pipeline().isDisconnected()) {
      throw notApplied(required);
    }
  }

  /** Removes a waiter from the cache; without effect on one that is done. */
  void stopWaiting(CompletableFuture<AppliedState> applied) {
    applied.cancel(false);
  }

  /** If other commits have used up the time, the exception names them. */
  PetaCoreException notApplied(long required) {
    if (lastConflict != null && !context.pipeline().isDisconnected()) {
      return conflictException(lastConflict);
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

  // ---- committing

  /** Joins the queues of the hot keys written; Read Committed writes conflict with none. */
  CompletableFuture<@Nullable Void> queueBefore(PendingWrites pending) {
    return context.hotKeys().areNone() || pending.isolation() == IsolationLevel.READ_COMMITTED
        ? HeldTickets.READY
        : tickets.beforeCommit(pending.writes());
  }

  /** Records a conflict if the time was used up in a queue, behind other writers of the key. */
  void recordIfStillQueued(CompletableFuture<?> ready, PendingWrites pending) {
    if (!ready.isDone() && lastConflict == null) {
      lastConflict = new CommitOutcome.Conflict(pending.writes().get(0).key(), true);
    }
  }

  /**
   * Hands the writes to the pipeline.
   *
   * @param holdsPermit whether the caller has entered the commit limiter; else this blocks while
   *     the pipeline is full
   */
  CompletableFuture<CommitOutcome> send(PendingWrites pending, boolean holdsPermit) {
    Collection<Write> writes = pending.writes();
    keys = writes.size();
    AppliedState snapshot = pending.snapshot();
    ReadSet reads = pending.reads();
    claims.sending(reads, writes.isEmpty());
    if (writes.isEmpty()) {
      return reads != null && pending.isCheckedWithoutWrites()
          ? context.pipeline().checkReads(reads)
          : CompletableFuture.completedFuture(
              new CommitOutcome.Committed(snapshot.revision(), snapshot.timestamp()));
    }
    if (context.settings().readOnly()) {
      return CompletableFuture.failedFuture(
          new ReadOnlyStorageException(
              "the storage was opened read-only: it commits nothing, and the transaction writes "
                  + writes.iterator().next().key()));
    }
    long guardedBy =
        pending.isolation() != IsolationLevel.READ_COMMITTED
            ? snapshot.timestamp()
            : reads == null ? CommitRequest.UNGUARDED : context.cache().applied().timestamp();
    UniqueClaims.Claimed claimed;
    try {
      claimed = context.claims().claim(writes, guardedBy);
    } catch (PetaCoreException refused) {
      return CompletableFuture.failedFuture(refused);
    }
    if (claimed.stale() != null) {
      return CompletableFuture.completedFuture(new CommitOutcome.Conflict(claimed.stale()));
    }
    CompletableFuture<CommitOutcome> outcome =
        context
            .pipeline()
            .commit(
                new CommitRequest(
                    claimed.writes(),
                    claimed.snapshot(),
                    deadline,
                    failFast,
                    holdsPermit || claims.isClaimed(), // others may wait for all permits
                    reads,
                    claims.contention()));
    return claimed.claimants().isEmpty() ? outcome : outcome.thenApply(claimed::named);
  }

  /**
   * Commits without another run of the body. Read Committed writes, which conflict only where a
   * unique index has them guarded, are sent again.
   */
  CommitResult commitOnce(PendingWrites pending) {
    try {
      while (true) {
        CommitOutcome outcome = commit(pending);
        if (outcome instanceof CommitOutcome.Committed committed) {
          committed(committed);
          return CommitResults.of(committed);
        }
        CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
        context.claims().claim(pending.writes(), CommitRequest.UNGUARDED); // throws a violation
        if (pending.dependsOn(conflict.key())) {
          throw conflictException(conflict);
        }
        backOff(delayAfter(conflict));
        awaitRequired();
      }
    } catch (RuntimeException | Error thrown) {
      failed(thrown);
      throw thrown;
    } finally {
      leaveQueues();
    }
  }

  /**
   * Commits, or waits until the body may run again.
   *
   * @return the result; null if the body is to run again
   */
  @Nullable CommitResult commitOrPrepare(PendingWrites pending) {
    CommitOutcome outcome;
    try {
      outcome = commit(pending);
    } catch (TransactionTooOldException thrown) {
      prepareAfter(thrown);
      return null;
    }
    if (outcome instanceof CommitOutcome.Committed committed) {
      committed(committed);
      return CommitResults.of(committed);
    }
    CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
    backOff(delayAfter(conflict));
    await(queueAfter(conflict));
    await(lockBeforeRun());
    awaitRequired();
    return null;
  }

  /** An interrupt does not end the waiting, as that would hide the outcome; the deadline does. */
  private CommitOutcome commit(PendingWrites pending) {
    CompletableFuture<@Nullable Void> ready = queueBefore(pending);
    await(ready);
    recordIfStillQueued(ready, pending);
    try {
      return context.scheduler().join(send(pending, false));
    } catch (CompletionException e) {
      throw context.failures().forCaller(e.getCause());
    }
  }

  // ---- between two runs

  /** Joins the queue of the key of a conflict. */
  CompletableFuture<@Nullable Void> queueAfter(CommitOutcome.Conflict conflict) {
    return tickets.afterConflict(conflict.key());
  }

  /** Claims the exclusive commit lock if need be; completes when the body may run again. */
  CompletableFuture<@Nullable Void> lockBeforeRun() {
    boolean fails = failFast && context.pipeline().isDisconnected();
    return fails ? HeldTickets.READY : claims.beforeRun();
  }

  /** Waits until the body may run again on a fresh snapshot; throws if it may not. */
  void prepareAfter(TransactionTooOldException thrown) {
    backOff(delayAfter(thrown));
    awaitRequired();
  }

  /** Returns the delay before the next run; throws the conflict if there is none. */
  Duration delayAfter(CommitOutcome.Conflict conflict) {
    lastConflict = conflict;
    claims.lost(conflict.key());
    Duration delay = nextDelay();
    if (delay == null) {
      throw conflictException(conflict);
    }
    return delay;
  }

  /** Returns the delay before the next run; throws the given exception if there is none. */
  Duration delayAfter(TransactionTooOldException thrown) {
    lastConflict = null;
    claims.notLost();
    Duration delay = nextDelay();
    if (delay == null) {
      throw thrown;
    }
    return delay;
  }

  private @Nullable Duration nextDelay() {
    // The second run is at once: its snapshot holds the commit that won the conflict.
    Duration delay = attempt == 1 ? Duration.ZERO : backoff.next();
    if (attempt >= maxAttempts || deadline.remainingNanos() <= delay.toNanos()) {
      return null;
    }
    attempt++;
    context.retries().increment();
    return delay;
  }

  private TransactionConflictException conflictException(CommitOutcome.Conflict conflict) {
    return new TransactionConflictException(
        conflict.key(),
        (conflict.late()
                ? "until the deadline other commits went before this one, with the key "
                    + conflict.key()
                : "the key " + conflict.key() + " was changed by another commit")
            + "; attempts made: "
            + attempt
            + " (at most "
            + maxAttempts
            + " within "
            + timeout
            + ")");
  }

  /**
   * Waits in a queue on this thread, up to the deadline; the commit then reports that it passed.
   */
  private void await(CompletableFuture<@Nullable Void> ready) {
    if (ready.isDone()) {
      return;
    }
    try {
      context.scheduler().await(ready, deadline.remainingNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits on this thread; an interrupt ends the waiting, and is kept for the body. */
  private void backOff(Duration delay) {
    if (delay.isZero()) {
      return;
    }
    try {
      context.scheduler().pause(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
