package io.petacore.internal.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.error.CommitQueueFullException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An asynchronous transaction. Its steps follow one another, on whichever thread completes the one
 * before, and hold no thread in between.
 *
 * <p>A run holds a permit of the commit limiter from the moment when it leaves the caller's thread
 * until its future is about to complete, over all its attempts. So the number of such runs is
 * bounded, and none waits for a permit.
 *
 * @param <T> the result of the body
 * @param <R> the result of the future
 */
final class AsyncRun<T extends @Nullable Object, R extends @Nullable Object> {

  private static final Logger log = LoggerFactory.getLogger(AsyncRun.class);

  private final RunContext context;
  private final TransactionOptions options;
  private final Attempts attempts;
  private final ThrowingTransactionCall<T, ?> body;
  private final BiFunction<T, CommitResult, R> resultOf;
  private final CompletableFuture<R> done = new CompletableFuture<>();
  private final AtomicBoolean holdsPermit = new AtomicBoolean();
  private final AsyncSteps steps;

  AsyncRun(
      RunContext context,
      TransactionOptions options,
      ThrowingTransactionCall<T, ?> body,
      BiFunction<T, CommitResult, R> resultOf) {
    this.context = context;
    this.options = options;
    this.attempts = new Attempts(context, options);
    this.body = body;
    this.resultOf = resultOf;
    this.steps = new AsyncSteps(context, options, attempts, this::fail, this::failOnDefect);
  }

  /** Runs the body on this thread, unless it has to wait first; never blocks and never throws. */
  CompletableFuture<R> start() {
    try {
      if (context.mustWait(options)) {
        takePermit();
        awaitBegin();
      } else {
        attempt();
      }
    } catch (CommitQueueFullException full) {
      fail(full);
    } catch (RuntimeException | Error defect) {
      failOnDefect(defect);
    }
    return done;
  }

  private void takePermit() {
    if (!holdsPermit.get()) {
      context.pipeline().tryEnter();
      holdsPermit.set(true);
    }
  }

  private void attempt() {
    BufferedTransaction transaction = context.newTransaction(options);
    T result;
    try {
      result = body.call(transaction);
    } catch (TransactionTooOldException thrown) {
      transaction.end();
      if (context.isKept(transaction.snapshot())) {
        fail(thrown); // about a state of the past that the body asked for
      } else {
        takePermit();
        steps.onExecutor(() -> runAgain(thrown));
      }
      return;
    } catch (Throwable thrown) {
      // An Error, too: only the owner of the future can learn of it.
      transaction.end();
      fail(thrown);
      return;
    }
    transaction.end();
    PendingWrites pending = transaction.pending();
    if (!pending.writes().isEmpty() || pending.isCheckedWithoutWrites()) {
      takePermit();
    }
    CompletableFuture<@Nullable Chain> ready = attempts.queueBefore(pending, true);
    steps.whenReady(
        ready,
        () -> {
          Chain chain = ready.isDone() ? ready.join() : null;
          if (chain != null) {
            context.retries().increment();
            steps.onExecutor(() -> runOn(chain));
            return;
          }
          attempts.recordIfStillQueued(ready, pending);
          send(pending, result);
        });
  }

  private void send(PendingWrites pending, T result) {
    Continuation.after(
        attempts.send(pending, true),
        Runnable::run,
        (outcome, failure) -> steps.onExecutor(() -> receive(outcome, failure, result)),
        steps::failOnExecutor);
  }

  private void receive(@Nullable CommitOutcome outcome, @Nullable Throwable failure, T result) {
    if (outcome instanceof CommitOutcome.Committed committed) {
      succeed(committed, result);
    } else if (outcome instanceof CommitOutcome.Conflict conflict) {
      runAgain(conflict);
    } else {
      PetaCoreException own = context.failures().forCaller(failure);
      if (own instanceof TransactionTooOldException tooOld) {
        runAgain(tooOld);
      } else {
        fail(own);
      }
    }
  }

  private void succeed(CommitOutcome.Committed committed, T result) {
    release();
    attempts.committed(committed);
    done.complete(resultOf.apply(result, CommitResults.of(committed)));
  }

  private void runAgain(CommitOutcome.Conflict conflict) {
    try {
      steps.after(
          attempts.delayAfter(conflict),
          () ->
              whenAdmitted(
                  attempts.queueAfter(conflict),
                  () -> steps.whenReady(attempts.lockBeforeRun(), this::awaitRequired)));
    } catch (PetaCoreException ended) {
      fail(ended);
    }
  }

  private void runAgain(TransactionTooOldException thrown) {
    try {
      steps.after(attempts.delayAfter(thrown), this::awaitRequired);
    } catch (PetaCoreException ended) {
      fail(ended);
    }
  }

  // ---- on a chain

  /** Continues on the chain that the transaction is admitted on, or alone. */
  private void whenAdmitted(CompletableFuture<@Nullable Chain> ready, Runnable alone) {
    steps.whenReady(
        ready,
        () -> {
          Chain chain = ready.isDone() ? ready.join() : null;
          if (chain == null) {
            alone.run();
          } else {
            runOn(chain);
          }
        });
  }

  /** Waits until the body may run again after a run on a chain. */
  private void awaitAdmitted() {
    Ticket ticket = attempts.ticket();
    whenAdmitted(
        ticket.admitted(),
        () -> {
          try {
            attempts.requireTime(ticket);
          } catch (PetaCoreException late) {
            fail(late);
            return;
          }
          steps.whenReady(attempts.lockBeforeRun(), this::awaitRequired);
        });
  }

  private void runOn(Chain chain) {
    Runnable begin = () -> steps.awaitRequired(() -> runBodyOn(chain));
    if (chain.isEmpty()) {
      steps.whenReady(attempts.lockBeforeRun(), begin); // its first member takes it for all
    } else {
      begin.run();
    }
  }

  private void runBodyOn(Chain chain) {
    ChainedRun run;
    try {
      run = attempts.begin(chain, context.isolation(options));
    } catch (PetaCoreException late) {
      fail(late);
      return;
    }
    if (run == null) {
      awaitAdmitted();
      return;
    }
    T result;
    try {
      result = body.call(run.transaction());
    } catch (Throwable thrown) {
      // An Error, too: only the owner of the future can learn of it.
      whenCommitted(run, thrown, committed -> fail(thrown));
      return;
    }
    whenCommitted(run, null, committed -> succeed(committed, result));
  }

  private void whenCommitted(
      ChainedRun run, @Nullable Throwable thrown, Consumer<CommitOutcome.Committed> next) {
    switch (run.end(thrown)) {
      case AGAIN -> awaitAdmitted();
      case REPORT -> next.accept(CommitOutcome.Committed.at(run.base()));
      case JOINED -> whenReported(run, run.reported(), next);
    }
  }

  private void whenReported(
      ChainedRun run,
      CompletableFuture<ChainReport> reported,
      Consumer<CommitOutcome.Committed> next) {
    Continuation.after(
        reported,
        Runnable::run,
        (report, none) -> steps.onExecutor(() -> receive(run, requireNonNull(report), next)),
        steps::failOnExecutor);
  }

  private void receive(ChainedRun run, ChainReport report, Consumer<CommitOutcome.Committed> next) {
    if (report instanceof ChainReport.InDoubt inDoubt) {
      CompletableFuture<ChainReport> resolved = inDoubt.resolved();
      steps.whenReady(
          resolved, () -> conclude(run, resolved.isDone() ? resolved.join() : report, next));
    } else {
      conclude(run, report, next);
    }
  }

  private void conclude(
      ChainedRun run, ChainReport report, Consumer<CommitOutcome.Committed> next) {
    CommitOutcome.Committed committed;
    try {
      committed = run.outcome(report);
    } catch (PetaCoreException ended) {
      fail(ended);
      return;
    }
    if (committed == null) {
      awaitAdmitted();
    } else {
      next.accept(committed);
    }
  }

  /** As {@link RunStart#await()}, without blocking. */
  private void awaitBegin() {
    if (!attempts.start().needsLatest()) {
      awaitRequired();
      return;
    }
    Continuation.after(
        attempts.start().readLatest(),
        Runnable::run,
        (revision, failure) ->
            steps.onExecutor(
                () -> {
                  if (revision != null) {
                    awaitRequired();
                  } else {
                    fail(context.failures().forCaller(failure));
                  }
                }),
        steps::failOnExecutor);
  }

  /** Runs the body once the required revision is applied. */
  private void awaitRequired() {
    steps.awaitRequired(this::attempt);
  }

  private void failOnDefect(Throwable defect) {
    log.error("a step of an asynchronous transaction failed; this is a defect", defect);
    fail(
        new InternalErrorException("an asynchronous transaction could not continue", defect, true));
  }

  private void fail(Throwable failure) {
    release();
    attempts.failed(failure);
    done.completeExceptionally(failure);
  }

  private void release() {
    attempts.leaveQueues();
    if (holdsPermit.getAndSet(false)) {
      context.pipeline().leave();
    }
  }
}
