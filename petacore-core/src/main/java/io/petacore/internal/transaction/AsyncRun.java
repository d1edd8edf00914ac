package io.petacore.internal.transaction;

import io.petacore.error.CommitQueueFullException;
import io.petacore.error.InternalErrorException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
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
        onExecutor(() -> runAgain(thrown));
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
    CompletableFuture<@Nullable Void> ready = attempts.queueBefore(pending);
    whenReady(
        ready,
        () -> {
          attempts.recordIfStillQueued(ready, pending);
          send(pending, result);
        });
  }

  private void send(PendingWrites pending, T result) {
    Continuation.after(
        attempts.send(pending, true),
        Runnable::run,
        (outcome, failure) -> onExecutor(() -> receive(outcome, failure, result)),
        this::failOnExecutor);
  }

  private void receive(@Nullable CommitOutcome outcome, @Nullable Throwable failure, T result) {
    if (outcome instanceof CommitOutcome.Committed committed) {
      release();
      attempts.committed(committed);
      done.complete(resultOf.apply(result, CommitResults.of(committed)));
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

  private void runAgain(CommitOutcome.Conflict conflict) {
    try {
      after(
          attempts.delayAfter(conflict),
          () ->
              whenReady(
                  attempts.queueAfter(conflict),
                  () -> whenReady(attempts.lockBeforeRun(), this::awaitRequired)));
    } catch (PetaCoreException ended) {
      fail(ended);
    }
  }

  private void runAgain(TransactionTooOldException thrown) {
    try {
      after(attempts.delayAfter(thrown), this::awaitRequired);
    } catch (PetaCoreException ended) {
      fail(ended);
    }
  }

  private void after(Duration delay, Runnable next) {
    if (delay.isZero()) {
      next.run();
    } else {
      context.timers().start(delay, () -> onExecutor(next));
    }
  }

  /** As {@link Attempts#awaitBegin()}, without blocking. */
  private void awaitBegin() {
    if (!attempts.needsLatest()) {
      awaitRequired();
      return;
    }
    Continuation.after(
        attempts.readLatest(),
        Runnable::run,
        (revision, failure) ->
            onExecutor(
                () -> {
                  if (revision != null) {
                    awaitRequired();
                  } else {
                    fail(context.failures().forCaller(failure));
                  }
                }),
        this::failOnExecutor);
  }

  /** As {@link Attempts#awaitRequired()}, without blocking. */
  private void awaitRequired() {
    long required = attempts.required();
    CompletableFuture<AppliedState> applied = context.cache().whenApplied(required);
    if (!applied.isDone()) {
      context
          .scheduler()
          .schedule(
              RevisionWait.GRACE,
              () -> {
                if (!applied.isDone()) {
                  attempts.requestRevision();
                }
              });
      try {
        attempts.requireConnectedIfFailFast(required);
      } catch (PetaCoreException disconnected) {
        attempts.stopWaiting(applied);
        fail(disconnected);
        return;
      }
    }
    CompletableFuture<@Nullable Throwable> waiting =
        applied.handle((state, abandoned) -> abandoned);
    whenReady(
        waiting,
        () -> {
          if (!waiting.isDone()) {
            attempts.stopWaiting(applied);
            fail(attempts.notApplied(required));
          } else if (waiting.join() != null && context.isBehind(options.atLeast())) {
            // Closed, or of another history: the body must not run on a state that lacks a commit.
            fail(context.failures().forCaller(waiting.join()));
          } else {
            attempt(); // if abandoned, on another history, where that commit is forgotten
          }
        });
  }

  /** Continues at once if it is ready; else on the executor, when it is or when the time is up. */
  private void whenReady(CompletableFuture<?> ready, Runnable next) {
    if (ready.isDone()) {
      next.run();
      return;
    }
    CompletableFuture<Boolean> inTime = ready.thenApply(yes -> true);
    Scheduler.Cancellable timer =
        context.scheduler().schedule(attempts.remaining(), () -> inTime.complete(false));
    Continuation.after(
        inTime,
        Runnable::run,
        (yes, failure) -> {
          timer.cancel();
          onExecutor(next);
        },
        this::failOnExecutor);
  }

  /** Runs a step away from internal threads; an unexpected failure of the step ends the run. */
  private void onExecutor(Runnable step) {
    context
        .executor()
        .execute(
            () -> {
              try {
                step.run();
              } catch (RuntimeException | Error defect) {
                failOnDefect(defect);
              }
            });
  }

  private void failOnDefect(Throwable defect) {
    log.error("a step of an asynchronous transaction failed; this is a defect", defect);
    fail(
        new InternalErrorException("an asynchronous transaction could not continue", defect, true));
  }

  /** Dependents of the future must not run on this thread. */
  private void failOnExecutor(Throwable failure) {
    onExecutor(() -> fail(failure));
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
