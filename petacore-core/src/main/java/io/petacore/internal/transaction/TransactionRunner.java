package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionConflictException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Backoff;
import io.petacore.internal.concurrent.Continuation;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionCall;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins views and runs bodies: again on a conflict, with backoff, until they commit or a bound is
 * reached. Safe for use by many threads.
 */
public final class TransactionRunner {

  private static final Logger log = LoggerFactory.getLogger(TransactionRunner.class);

  private static final Duration FIRST_BACKOFF = Duration.ofNanos(200_000);
  private static final Duration MAX_BACKOFF = Duration.ofMillis(50);

  /**
   * What holds where the options of a transaction say nothing.
   *
   * @param isolation the level
   * @param timeout the bound on the whole
   * @param maxAttempts how often a body is run
   * @param readOnly whether commits are refused
   */
  public record Settings(
      IsolationLevel isolation, Duration timeout, int maxAttempts, boolean readOnly) {}

  private final MvccCache cache;
  private final CommitPipeline pipeline;
  private final Limits limits;
  private final Scheduler scheduler;
  private final Executor executor;
  private final Settings settings;
  private final OpenSnapshots openSnapshots;
  private final HotKeys hotKeys;
  private final Pauses pauses;
  private final InDoubtHandOver handOver;
  private final LongAdder retries = new LongAdder();

  /**
   * @param executor runs the bodies of asynchronous transactions again, and their completions;
   *     takes every task, and does not block
   */
  public TransactionRunner(
      MvccCache cache,
      CommitPipeline pipeline,
      Limits limits,
      Scheduler scheduler,
      Executor executor,
      Settings settings) {
    this.cache = cache;
    this.pipeline = pipeline;
    this.limits = limits;
    this.scheduler = scheduler;
    this.executor = executor;
    this.settings = settings;
    this.openSnapshots = new OpenSnapshots(cache);
    this.hotKeys = new HotKeys(scheduler);
    this.pauses = new Pauses(scheduler);
    this.handOver = new InDoubtHandOver(executor);
  }

  /** How often a body was run again. */
  public long retries() {
    return retries.sum();
  }

  /**
   * Runs a body on this thread until it commits. One that wrote nothing is over when its body is,
   * without attempts and bounds.
   *
   * <p>The bounds count from the end of the body's first run, since a look at the clock would be
   * the dearest part of a transaction that reads little: it waits for all reads from memory before
   * it.
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      TransactionOptions options, TransactionCall<T, X> body) throws X {
    awaitConfirmed(options);
    BufferedTransaction transaction = newTransaction(options, null);
    T result;
    try {
      result = run(body, transaction);
    } catch (TransactionTooOldException thrown) {
      return commit(options, body, tooOld(thrown, transaction.snapshot())).result();
    }
    if (transaction.isReadOnly()) {
      return result;
    }
    return commit(
            options,
            body,
            new Finished<>(
                result,
                new Pending(
                    transaction.isolation(), transaction.snapshot(), transaction.written())))
        .result();
  }

  /** Like {@link #call}, and returns what the commit was given. */
  public <X extends Exception> CommitResult run(TransactionOptions options, TransactionTask<X> body)
      throws X {
    awaitConfirmed(options);
    BufferedTransaction transaction = newTransaction(options, null);
    try {
      run(body, transaction);
    } catch (TransactionTooOldException thrown) {
      return commit(options, body, tooOld(thrown, transaction.snapshot())).commit();
    }
    if (transaction.isReadOnly()) {
      AppliedState read = transaction.current();
      return new CommitResult(read.revision(), read.timestamp());
    }
    return commit(
            options,
            body,
            new Finished<>(
                null,
                new Pending(
                    transaction.isolation(), transaction.snapshot(), transaction.written())))
        .commit();
  }

  /** The run that was committed. */
  private record Done<T extends @Nullable Object>(T result, CommitResult commit) {}

  /** How a run of a body ended. */
  private sealed interface Run<T extends @Nullable Object> {}

  /** With writes, perhaps none. */
  private record Finished<T extends @Nullable Object>(T result, Pending pending)
      implements Run<T> {}

  /** In a read of what is no longer kept. */
  private record TooOld<T extends @Nullable Object>(TransactionTooOldException thrown)
      implements Run<T> {}

  /**
   * The rest of a call whose body has run and is not known to have only read. Apart from it, so
   * that a compiler can put what comes before into the caller; and neither this nor any other
   * method that might not be put there is given the transaction, so that it need not be allocated.
   */
  private <T extends @Nullable Object, X extends Exception> Done<T> commit(
      TransactionOptions options, TransactionCall<T, X> body, Run<T> first) throws X {
    Attempts attempts = new Attempts(options);
    try {
      Run<T> run = first;
      while (true) {
        if (run instanceof Finished<T> finished) {
          CommitResult committed = attempts.commitOrPrepare(finished.pending());
          if (committed != null) {
            return new Done<>(finished.result(), committed);
          }
        } else {
          attempts.prepareAfter(((TooOld<T>) run).thrown());
        }
        run = runOnce(options, body);
      }
    } finally {
      attempts.turns.leave();
    }
  }

  private <T extends @Nullable Object, X extends Exception> Run<T> runOnce(
      TransactionOptions options, TransactionCall<T, X> body) throws X {
    BufferedTransaction transaction = newTransaction(options, null);
    try {
      return new Finished<>(run(body, transaction), transaction.pending());
    } catch (TransactionTooOldException thrown) {
      return tooOld(thrown, transaction.snapshot());
    }
  }

  /** What another run may mend; anything else that has the same name is thrown. */
  private <T extends @Nullable Object> Run<T> tooOld(
      TransactionTooOldException thrown, AppliedState snapshot) {
    if (isKept(snapshot)) {
      throw thrown; // it is a state of the past that the body has asked for
    }
    return new TooOld<>(thrown);
  }

  private boolean isKept(AppliedState snapshot) {
    return snapshot.timestamp() >= cache.horizon();
  }

  private static <T extends @Nullable Object, X extends Exception> T run(
      TransactionCall<T, X> body, BufferedTransaction transaction) throws X {
    try {
      return body.call(transaction);
    } finally {
      transaction.end();
    }
  }

  private BufferedTransaction newTransaction(
      TransactionOptions options, BufferedTransaction.@Nullable Commit commit) {
    IsolationLevel isolation = options.isolation().orElse(settings.isolation());
    return new BufferedTransaction(cache, limits, isolation, commit);
  }

  private void awaitConfirmed(TransactionOptions options) {
    if (cache.applied().revision() < pipeline.confirmedRevision()) {
      new Attempts(options).awaitConfirmed();
    }
  }

  /**
   * Runs a body on this thread, and commits in the future. Runs of the body after a conflict, and
   * everything chained to the future, happen on the executor.
   */
  public CompletableFuture<CommitResult> runAsync(
      TransactionOptions options, TransactionTask<?> body) {
    Attempts attempts = new Attempts(options);
    attempts.awaitConfirmed();
    AsyncRun run = new AsyncRun(options, attempts, body);
    run.attempt();
    return run.done;
  }

  /** Deletes every key of a range that is present, in as many transactions as it takes. */
  public long delete(KeyRange range) {
    return new RangeDeletion(this, range).run();
  }

  /** Begins a transaction that its owner commits. */
  public Transaction begin(TransactionOptions options) {
    awaitConfirmed(options);
    // The time that counts is that of the commit: how long the owner thinks is not bounded here.
    return newTransaction(options, transaction -> new Attempts(options).commitOnce(transaction));
  }

  /**
   * Pins the newest state.
   *
   * @throws io.petacore.error.StorageClosedException if the storage was closed
   */
  public Snapshot snapshot() {
    awaitConfirmed(TransactionOptions.defaults());
    while (true) {
      AppliedState applied = cache.applied();
      // Refused only if it fell behind the horizon since it was read: there is a newer one then.
      if (cache.pin(applied.timestamp())) {
        return new PinnedSnapshot(cache, openSnapshots, applied.revision(), applied.timestamp());
      }
    }
  }

  /**
   * Pins the state at a version number of the past.
   *
   * @throws TransactionTooOldException if it can't be told for certain, with the reason
   */
  public Snapshot snapshotAt(long timestamp) {
    // First the pin, then the question: what is answered stays.
    boolean pinned = cache.pin(timestamp);
    try {
      AppliedState state = cache.exactlyAt(timestamp);
      pinned = false; // it is the snapshot's now
      return new PinnedSnapshot(cache, openSnapshots, state.revision(), timestamp);
    } finally {
      if (pinned) {
        cache.unpin(timestamp);
      }
    }
  }

  /** After the last commit: nobody waits for a turn any more, or pauses. */
  public void close() {
    hotKeys.close();
    pauses.close();
  }

  /** Lets go of snapshots whose handles were lost unclosed, and tells where they were opened. */
  public void releaseForgottenSnapshots() {
    for (Throwable place : openSnapshots.releaseForgotten()) {
      log.warn("a snapshot was never closed and has kept history in memory until now", place);
    }
  }

  /** The runs of one body, and the bounds on them. */
  private final class Attempts {
    private final int maxAttempts;
    private final Duration timeout;
    private final Deadline deadline;
    private final Backoff backoff = new Backoff(FIRST_BACKOFF, MAX_BACKOFF, scheduler::chance);
    private final Turns turns = new Turns(hotKeys);
    private final boolean failFast;
    private CommitOutcome.@Nullable Conflict lastConflict;
    private int made = 1; // how often the body has been run, the run under way included

    Attempts(TransactionOptions options) {
      maxAttempts = options.maxAttempts().orElse(settings.maxAttempts());
      timeout = options.timeout().orElse(settings.timeout());
      deadline = Deadline.in(timeout, scheduler::nanoTime);
      failFast = options.isFailFast();
    }

    /**
     * A commit of this storage that was confirmed but has not come back yet must be seen by what
     * comes after it.
     */
    void awaitConfirmed() {
      long confirmed = pipeline.confirmedRevision();
      if (cache.applied().revision() < confirmed) {
        try {
          if (failFast && pipeline.isDisconnected()) {
            throw notBack(confirmed);
          }
          CompletableFuture<AppliedState> applied = cache.whenApplied(confirmed);
          try {
            if (!scheduler.await(applied, deadline.remainingNanos())) {
              throw notBack(confirmed);
            }
          } finally {
            stopWaiting(applied);
          }
          applied.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StoreUnavailableException(
              "interrupted while waiting for an earlier commit; nothing was begun", e);
        } catch (CompletionException e) {
          throw seenByCaller(e.getCause());
        }
      }
    }

    /** Without effect if it is done; or else nothing must be kept for whoever waits no longer. */
    void stopWaiting(CompletableFuture<AppliedState> applied) {
      applied.cancel(false);
    }

    /** Where other commits have taken up the time, it is they who are named. */
    PetaCoreException notBack(long confirmed) {
      if (lastConflict != null && !pipeline.isDisconnected()) {
        return conflictException(lastConflict);
      }
      return new StoreUnavailableException(
          "an earlier commit of this storage, at revision "
              + confirmed
              + ", has not come back in time; nothing was begun",
          null);
    }

    /** Read Committed writes collide with nobody. */
    CompletableFuture<@Nullable Void> turnBefore(Pending pending) {
      return hotKeys.areNone() || pending.isolation() != IsolationLevel.SNAPSHOT
          ? Turns.NOW
          : turns.before(pending.writes());
    }

    CompletableFuture<CommitOutcome> send(Pending pending) {
      Collection<Write> writes = pending.writes();
      AppliedState snapshot = pending.snapshot();
      if (writes.isEmpty()) {
        return CompletableFuture.completedFuture(
            new CommitOutcome.Committed(snapshot.revision(), snapshot.timestamp()));
      }
      if (settings.readOnly()) {
        return CompletableFuture.failedFuture(
            new ReadOnlyStorageException(
                "the storage was opened read-only: it commits nothing, and the transaction writes "
                    + writes.iterator().next().key()));
      }
      long guardedBy =
          pending.isolation() == IsolationLevel.SNAPSHOT
              ? snapshot.timestamp()
              : CommitRequest.UNGUARDED;
      Bytes lostTo = lastConflict == null ? null : lastConflict.key();
      return pipeline.commit(
          new CommitRequest(writes, guardedBy, deadline, failFast, false, lostTo));
    }

    /** Not given up on an interrupt, which would hide the outcome; the deadline bounds it. */
    CommitOutcome commit(Pending pending) {
      CompletableFuture<@Nullable Void> turn = turnBefore(pending);
      await(turn);
      queuedInVain(turn, pending);
      try {
        return scheduler.join(send(pending));
      } catch (CompletionException e) {
        throw seenByCaller(handOver.onExecutor(e.getCause()));
      }
    }

    /** The time may have been spent on waiting for the turn at a key that others keep changing. */
    void queuedInVain(CompletableFuture<?> turn, Pending pending) {
      if (!turn.isDone() && lastConflict == null) {
        lastConflict = new CommitOutcome.Conflict(pending.writes().get(0).key(), true);
      }
    }

    CommitResult commitOnce(BufferedTransaction transaction) {
      try {
        CommitOutcome outcome = commit(transaction.pending());
        if (outcome instanceof CommitOutcome.Committed committed) {
          return new CommitResult(committed.revision(), committed.timestamp());
        }
        throw conflictException((CommitOutcome.Conflict) outcome);
      } finally {
        turns.leave();
      }
    }

    /**
     * Commits, or waits until the body may run again.
     *
     * @return what the commit was given; null if the body is to run again
     */
    @Nullable CommitResult commitOrPrepare(Pending pending) {
      CommitOutcome outcome;
      try {
        outcome = commit(pending);
      } catch (TransactionTooOldException thrown) {
        prepareAfter(thrown);
        return null;
      }
      if (outcome instanceof CommitOutcome.Committed committed) {
        return new CommitResult(committed.revision(), committed.timestamp());
      }
      CommitOutcome.Conflict conflict = (CommitOutcome.Conflict) outcome;
      backOff(delayAfter(conflict));
      await(turns.after(conflict.key()));
      awaitConfirmed();
      return null;
    }

    /** Waits until the body may run again, on a fresh snapshot; throws if it must not. */
    void prepareAfter(TransactionTooOldException thrown) {
      backOff(delayAfter(thrown));
      awaitConfirmed();
    }

    /** How long to wait before the next run; throws the conflict if there is to be none. */
    Duration delayAfter(CommitOutcome.Conflict conflict) {
      lastConflict = conflict;
      Duration delay = nextDelay();
      if (delay == null) {
        throw conflictException(conflict);
      }
      return delay;
    }

    /** How long to wait before the next run; throws what was thrown if there is to be none. */
    Duration delayAfter(TransactionTooOldException thrown) {
      Duration delay = nextDelay();
      if (delay == null) {
        throw thrown;
      }
      return delay;
    }

    /** How long to wait before the next run; null if there is to be none. */
    private @Nullable Duration nextDelay() {
      // The first run again is at once: its snapshot holds what it collided with.
      Duration delay = made == 1 ? Duration.ZERO : backoff.next();
      if (made >= maxAttempts || deadline.remainingNanos() <= delay.toNanos()) {
        return null;
      }
      made++;
      retries.increment();
      return delay;
    }

    private TransactionConflictException conflictException(CommitOutcome.Conflict conflict) {
      return new TransactionConflictException(
          conflict.key(),
          (conflict.late()
                  ? "until the deadline other commits went before the write of " + conflict.key()
                  : "the key " + conflict.key() + " was changed by another commit")
              + "; attempts made: "
              + made
              + " (at most "
              + maxAttempts
              + " within "
              + timeout
              + ")");
    }

    /** Waits on this thread for a turn, which only spares a collision: not beyond the deadline. */
    void await(CompletableFuture<@Nullable Void> turn) {
      if (turn.isDone()) {
        return;
      }
      try {
        scheduler.await(turn, deadline.remainingNanos()); // when it is late the commit will tell
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits on this thread; an interrupt ends the waiting, and is kept for the body to see. */
    void backOff(Duration delay) {
      if (delay.isZero()) {
        return;
      }
      try {
        scheduler.pause(delay);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** An asynchronous transaction. Its steps follow one another, on whatever thread. */
  private final class AsyncRun {
    private final TransactionOptions options;
    private final Attempts attempts;
    private final TransactionTask<?> body;
    private final CompletableFuture<CommitResult> done = new CompletableFuture<>();

    AsyncRun(TransactionOptions options, Attempts attempts, TransactionTask<?> body) {
      this.options = options;
      this.attempts = attempts;
      this.body = body;
    }

    void attempt() {
      BufferedTransaction transaction = newTransaction(options, null);
      try {
        body.run(transaction);
      } catch (TransactionTooOldException thrown) {
        transaction.end();
        if (isKept(transaction.snapshot())) {
          fail(thrown);
        } else {
          onExecutor(() -> again(thrown));
        }
        return;
      } catch (Throwable thrown) {
        // Also an error of the body: nobody but the holder of the future would ever hear of it.
        transaction.end();
        fail(thrown);
        return;
      }
      transaction.end();
      Pending pending = transaction.pending();
      CompletableFuture<@Nullable Void> turn = attempts.turnBefore(pending);
      whenTurn(
          turn,
          () -> {
            attempts.queuedInVain(turn, pending);
            send(pending);
          });
    }

    private void send(Pending pending) {
      Continuation.after(
          attempts.send(pending),
          Runnable::run,
          (outcome, failure) -> onExecutor(() -> settle(outcome, failure)),
          this::failOnExecutor);
    }

    private void settle(@Nullable CommitOutcome outcome, @Nullable Throwable failure) {
      if (outcome instanceof CommitOutcome.Committed committed) {
        attempts.turns.leave();
        done.complete(new CommitResult(committed.revision(), committed.timestamp()));
      } else if (outcome instanceof CommitOutcome.Conflict conflict) {
        again(conflict);
      } else if (failure instanceof TransactionTooOldException tooOld) {
        again(tooOld);
      } else {
        Throwable reported = handOver.onExecutor(failure);
        fail(reported == null ? new IllegalStateException("no outcome") : reported);
      }
    }

    private void again(CommitOutcome.Conflict conflict) {
      try {
        Duration delay = attempts.delayAfter(conflict);
        after(delay, () -> whenTurn(attempts.turns.after(conflict.key()), this::awaitConfirmed));
      } catch (RuntimeException ended) {
        fail(ended);
      }
    }

    private void again(TransactionTooOldException thrown) {
      try {
        after(attempts.delayAfter(thrown), this::awaitConfirmed);
      } catch (RuntimeException ended) {
        fail(ended);
      }
    }

    private void after(Duration delay, Runnable next) {
      if (delay.isZero()) {
        next.run();
      } else {
        pauses.pause(delay, () -> onExecutor(next));
      }
    }

    /** As {@link Attempts#awaitConfirmed()}, but not on a thread. */
    private void awaitConfirmed() {
      long confirmed = pipeline.confirmedRevision();
      CompletableFuture<AppliedState> applied = cache.whenApplied(confirmed);
      whenTurn(
          applied.handle((now, abandoned) -> true),
          () -> {
            if (applied.isDone()) {
              attempt(); // where the waiting was abandoned, too: the attempt meets what has
              // happened
            } else {
              attempts.stopWaiting(applied);
              fail(attempts.notBack(confirmed));
            }
          });
    }

    /** Goes on at once if it may, or else when it may, on the executor. */
    private void whenTurn(CompletableFuture<?> turn, Runnable next) {
      if (turn.isDone()) {
        next.run();
        return;
      }
      CompletableFuture<Boolean> inTime = turn.thenApply(come -> true);
      Scheduler.Cancellable late =
          scheduler.schedule(
              Duration.ofNanos(attempts.deadline.remainingNanos()),
              () -> inTime.complete(false)); // the commit will tell
      Continuation.after(
          inTime,
          Runnable::run,
          (yes, failure) -> {
            late.cancel();
            onExecutor(next);
          },
          this::failOnExecutor);
    }

    /** Away from internal threads. A step that fails, which none should, ends the run. */
    private void onExecutor(Runnable step) {
      executor.execute(
          () -> {
            try {
              step.run();
            } catch (RuntimeException | Error defect) {
              log.error("a step of an asynchronous transaction failed; this is a defect", defect);
              fail(new PetaCoreException("an asynchronous transaction could not go on", defect));
            }
          });
    }

    /** What is chained to the future must not run on this thread. */
    private void failOnExecutor(Throwable failure) {
      onExecutor(() -> fail(failure));
    }

    private void fail(Throwable failure) {
      attempts.turns.leave();
      done.completeExceptionally(failure);
    }
  }

  /** The exception with the stack of the caller, who would not find himself in it otherwise. */
  private static RuntimeException seenByCaller(@Nullable Throwable failure) {
    if (failure instanceof PetaCoreException known) {
      known.fillInStackTrace();
      return known;
    }
    return new PetaCoreException("the commit failed unexpectedly", failure);
  }
}
