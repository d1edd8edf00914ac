package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StoreUnavailableException;
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
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
  private final RunStart start;
  private final RunClaims claims;
  private CommitOutcome.@Nullable Conflict lastConflict; // of the last run; null if it had none
  private int attempt = 1; // how often the body has been run, the current run included
  private final @Nullable TransactionEvent event;
  private long seen; // timestamp of the state that the last run by itself began at
  private boolean chainable; // whether the last run could have been on a chain
  private int keys; // that the last run has written
  private boolean ended;

  /** Starts the timeout. */
  Attempts(RunContext context, TransactionOptions options) {
    this.context = context;
    this.maxAttempts = options.maxAttempts().orElse(context.settings().maxAttempts());
    this.timeout = options.timeout().orElse(context.settings().timeout());
    this.deadline = Deadline.in(timeout, context.scheduler()::nanoTime);
    this.backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, context.scheduler()::chance);
    this.claims = new RunClaims(context.pipeline().lockClaims());
    this.start = new RunStart(context, options, deadline, this::lastConflict);
    this.tickets = new HeldTickets(context.hotKeys(), claims.contention(), start::failsFast);
    this.event = context.monitor().beginTransaction();
  }

  private @Nullable PetaCoreException lastConflict() {
    return lastConflict == null ? null : conflictException(lastConflict);
  }

  /** The state that a run has to begin at. */
  RunStart start() {
    return start;
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

  // ---- committing

  /**
   * Joins the queues of the hot keys written; Read Committed writes conflict with none.
   *
   * @param runsAgain whether the body may run again, and so on a chain
   * @return completes with the chain that the body is to run on again; with null if the writes may
   *     be committed
   */
  CompletableFuture<@Nullable Chain> queueBefore(PendingWrites pending, boolean runsAgain) {
    boolean guarded = pending.isolation() != IsolationLevel.READ_COMMITTED;
    seen = pending.snapshot().timestamp();
    chainable = guarded && runsAgain && !pending.scans();
    boolean queues = guarded && !context.settings().readOnly() && !start.failsFast();
    return context.hotKeys().areNone() || !queues
        ? HeldTickets.ALONE
        : tickets.beforeCommit(pending.writes(), chainable);
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
    if (!context.hotKeys().areNone()) {
      tickets.waitForStore(true);
    }
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
                    start.isFailFast(),
                    holdsPermit || claims.isClaimed(), // others may wait for all permits
                    reads,
                    claims.contention(),
                    1));
    return claimed.claimants().isEmpty() ? outcome : outcome.thenApply(claimed::named);
  }

  /** The ticket that was admitted on the chain. */
  Ticket ticket() {
    return tickets.chained();
  }

  // ---- between two runs

  /** Joins the queue of the key of a conflict. */
  CompletableFuture<@Nullable Chain> queueAfter(CommitOutcome.Conflict conflict) {
    return tickets.afterConflict(conflict.key(), chainable);
  }

  // ---- on a chain

  /** The member of a chain that a run becomes. */
  Chain.Member member(Ticket ticket, Map<Bytes, Long> reads, List<Write> writes) {
    keys = writes.size();
    claims.sending(null, writes.isEmpty());
    return new Chain.Member(ticket, reads, writes, deadline, start.isFailFast());
  }

  /**
   * Whether a run on a chain may begin at a state: it holds what was acknowledged before, and is
   * not older than what the transaction has seen, or could have.
   */
  boolean mayBeginAt(AppliedState base) {
    return base.revision() >= start.required() && base.timestamp() >= seen;
  }

  /** A run on a chain was not to be a member, or came too late. */
  void discarded() {
    lastConflict = null;
    claims.end(); // the others must not wait for what this run would have needed
    context.retries().increment();
  }

  /**
   * Another commit went before the chain; throws if there is no other run.
   *
   * @param concerned whether that counts as an attempt of this transaction
   */
  void lostOnChain(CommitOutcome.Conflict conflict, boolean concerned) {
    lastConflict = conflict;
    if (conflict.late()) { // of the member with the least time
      concerned = false;
    } else {
      claims.lost(conflict.key());
    }
    if ((concerned && attempt >= maxAttempts) || deadline.hasPassed()) {
      throw conflictException(conflict);
    }
    attempt += concerned ? 1 : 0;
    context.retries().increment();
  }

  /**
   * The chain was not committed, for another reason than a conflict; throws if there is no time for
   * another run.
   *
   * @param failure why; null if it was in doubt, and then was not
   */
  void notCommittedOnChain(@Nullable PetaCoreException failure) {
    lastConflict = null;
    claims.notLost();
    if (deadline.hasPassed()) {
      throw failure instanceof StoreUnavailableException
          ? context.failures().forCaller(failure)
          : context
              .pipeline()
              .freshness()
              .late("there was no time to commit again, after a request with others had failed");
    }
    context.retries().increment();
  }

  /** Begins a run on a chain; null if that is not to be on it. */
  @Nullable ChainedRun begin(Chain admittedOn, IsolationLevel isolation) {
    requireTime(ticket());
    return ChainedRun.begin(context, this, ticket(), admittedOn, isolation);
  }

  /** Fails if the time was used up in the queue. */
  void requireTime(Ticket ticket) {
    if (deadline.hasPassed()) {
      lastConflict = new CommitOutcome.Conflict(ticket.key(), true);
      throw start.notApplied(start.required());
    }
  }

  /** Leaves the queues without having been admitted. */
  void stopQueueing() {
    tickets.leave();
  }

  /**
   * Claims the exclusive commit lock if need be; completes when the body may run again. Meanwhile
   * the transaction is not passed over in its queues.
   */
  CompletableFuture<@Nullable Void> lockBeforeRun() {
    CompletableFuture<@Nullable Void> acquired =
        start.failsFast() ? RunClaims.NO_CLAIM : claims.beforeRun();
    if (acquired.isDone()) {
      return acquired;
    }
    tickets.waitForStore(true);
    return acquired.whenComplete((done, failure) -> tickets.waitForStore(false));
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
    tickets.waitForStore(false);
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

  TransactionConflictException conflictException(CommitOutcome.Conflict conflict) {
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
}
