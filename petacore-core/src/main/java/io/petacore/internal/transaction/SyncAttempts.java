package io.petacore.internal.transaction;

import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The attempts of a transaction whose caller waits. Used by that thread. */
final class SyncAttempts {

  private final RunContext context;
  private final Attempts attempts;
  private @Nullable Chain chain;

  /** Starts the timeout. */
  SyncAttempts(RunContext context, TransactionOptions options) {
    this.context = context;
    this.attempts = new Attempts(context, options);
  }

  /** Reports what has ended the transaction. */
  void failed(Throwable thrown) {
    attempts.failed(thrown);
  }

  /** To be called at the end, however it ends. */
  void leaveQueues() {
    attempts.leaveQueues();
  }

  /**
   * Commits without another run of the body. Read Committed writes, which conflict only where a
   * unique index has them guarded, are sent again.
   */
  CommitResult commitOnce(PendingWrites pending) {
    try {
      while (true) {
        awaitAdmitted(pending, false);
        CommitOutcome outcome = commit(pending);
        if (outcome instanceof CommitOutcome.Committed committed) {
          attempts.committed(committed);
          return CommitResults.of(committed);
        }
        CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
        context.claims().claim(pending.writes(), CommitRequest.UNGUARDED); // throws a violation
        if (pending.dependsOn(conflict.key())) {
          throw attempts.conflictException(conflict);
        }
        backOff(attempts.delayAfter(conflict));
        attempts.start().awaitRequired();
      }
    } catch (RuntimeException | Error thrown) {
      attempts.failed(thrown);
      throw thrown;
    } finally {
      attempts.leaveQueues();
    }
  }

  /** The chain that the next run is to be on; null if it is to be by itself. */
  @Nullable Chain chain() {
    return chain;
  }

  /**
   * Waits in the queues of hot keys until the writes may be committed, or the body run on a chain.
   */
  private void awaitAdmitted(PendingWrites pending, boolean runsAgain) {
    CompletableFuture<@Nullable Chain> ready = attempts.queueBefore(pending, runsAgain);
    admit(ready);
    attempts.recordIfStillQueued(ready, pending);
  }

  /**
   * Waits until the body may run again after a run on a chain.
   *
   * @return the chain that it is to be on; null if it is to be by itself
   */
  @Nullable Chain prepareAfterChain() {
    Ticket ticket = attempts.ticket();
    admit(ticket.admitted());
    attempts.requireTime(ticket);
    if (chain == null) {
      prepareAlone();
    }
    return chain;
  }

  private void prepareAlone() {
    await(attempts.lockBeforeRun());
    attempts.start().awaitRequired();
  }

  private void admit(CompletableFuture<@Nullable Chain> ready) {
    await(ready);
    if (ready.isDone()) {
      chain = ready.join();
    } else {
      attempts.stopQueueing(); // what it does from now on is not awaited by others
      chain = null;
    }
  }

  /**
   * Commits, or waits until the body may run again.
   *
   * @return the result; null if the body is to run again
   */
  @Nullable CommitResult commitOrPrepare(PendingWrites pending) {
    awaitAdmitted(pending, true);
    if (chain != null) {
      context.retries().increment();
      return null;
    }
    CommitOutcome outcome;
    try {
      outcome = commit(pending);
    } catch (TransactionTooOldException thrown) {
      prepareAfter(thrown);
      return null;
    }
    if (outcome instanceof CommitOutcome.Committed committed) {
      attempts.committed(committed);
      return CommitResults.of(committed);
    }
    CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
    backOff(attempts.delayAfter(conflict));
    admit(attempts.queueAfter(conflict));
    if (chain == null) {
      prepareAlone();
    }
    return null;
  }

  /** An interrupt does not end the waiting, as that would hide the outcome; the deadline does. */
  private CommitOutcome commit(PendingWrites pending) {
    try {
      return context.scheduler().join(attempts.send(pending, false));
    } catch (CompletionException e) {
      throw context.failures().forCaller(e.getCause());
    }
  }

  /** Begins a run on a chain; null if that is not to be on it. */
  @Nullable ChainedRun beginOn(Chain admittedOn, IsolationLevel isolation) {
    if (admittedOn.isEmpty()) {
      await(attempts.lockBeforeRun()); // its first member takes the lock for all
    }
    attempts.start().awaitRequired();
    return attempts.begin(admittedOn, isolation);
  }

  /**
   * Waits for the outcome of a run on a chain.
   *
   * @param thrown what the body threw; null if it returned
   * @return null if the body has to run again
   */
  @Nullable CommitResult awaitOutcome(ChainedRun run, @Nullable Throwable thrown) {
    CommitOutcome.Committed committed =
        switch (run.end(thrown)) {
          case AGAIN -> null;
          case REPORT -> CommitOutcome.Committed.at(run.base());
          case JOINED -> run.outcome(awaitReport(run));
        };
    if (committed == null) {
      return null;
    }
    if (thrown == null) {
      attempts.committed(committed);
    }
    return CommitResults.of(committed);
  }

  private ChainReport awaitReport(ChainedRun run) {
    ChainReport report = context.scheduler().join(run.reported());
    if (report instanceof ChainReport.InDoubt inDoubt) {
      awaitInAnyCase(inDoubt.resolved());
      return inDoubt.resolved().isDone() ? inDoubt.resolved().join() : report;
    }
    return report;
  }

  /** Waits until the body may run again on a fresh snapshot; throws if it may not. */
  void prepareAfter(TransactionTooOldException thrown) {
    backOff(attempts.delayAfter(thrown));
    attempts.start().awaitRequired();
  }

  /** Waits up to the deadline; an interrupt is kept for later, as it would hide the outcome. */
  private void awaitInAnyCase(CompletableFuture<?> done) {
    boolean interrupted = Thread.interrupted();
    while (!done.isDone() && attempts.remaining().toNanos() > 0) {
      try {
        context.scheduler().await(done, attempts.remaining().toNanos());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits in a queue on this thread, up to the deadline; the commit then reports that it passed.
   */
  private void await(CompletableFuture<?> ready) {
    if (ready.isDone()) {
      return;
    }
    try {
      context.scheduler().await(ready, attempts.remaining().toNanos());
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
