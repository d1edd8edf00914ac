package io.petacore.internal.transaction;

import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.store.StoreLimits;
import io.petacore.transaction.BulkLoadOptions;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.ThrowingTransactionCall;
import io.petacore.transaction.ThrowingTransactionTask;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Runs bodies in transactions: again after a conflict, with backoff, until they commit or a limit
 * is reached. Safe for use by many threads.
 */
public final class TransactionRunner {

  private final RunContext context;
  private final RunContext onWorkers;
  private final Snapshots snapshots;
  private final BarrierCalls barriers;

  /**
   * @param requests the store's limits on a request
   * @param executor runs the bodies of asynchronous transactions again, and completes their
   *     futures; accepts every task, and does not block
   */
  public TransactionRunner(
      MvccCache cache,
      DecodedValues decoded,
      CommitPipeline pipeline,
      Limits limits,
      StoreLimits requests,
      Scheduler scheduler,
      Executor executor,
      TransactionSettings settings) {
    this.context =
        new RunContext(
            cache,
            new UniqueClaims(cache),
            decoded,
            pipeline,
            limits,
            scheduler,
            executor,
            settings,
            new HotKeyQueues(scheduler, () -> new Chain(cache, requests), pipeline::commit),
            new BackoffTimers(scheduler),
            new CallerFailures(executor),
            new LongAdder());
    this.onWorkers = context.on(scheduler::executeBlocking);
    this.snapshots = new Snapshots(context);
    this.barriers = new BarrierCalls(context);
  }

  /** The number of bodies that were run again. */
  public long retries() {
    return context.retries().sum();
  }

  /** Waits for barriers. */
  public BarrierCalls barriers() {
    return barriers;
  }

  /** Waits until a revision is applied; see {@link RevisionWait#await}. */
  public void awaitRevision(long revision, Duration timeout) {
    RevisionWait.await(context, revision, timeout);
  }

  /** Opens snapshots. */
  public Snapshots snapshots() {
    return snapshots;
  }

  /**
   * Runs a body on this thread until it commits. A body that wrote nothing has ended when it
   * returns, without attempts and limits.
   *
   * <p>The timeout starts at the end of the body's first run: reading the clock would be the most
   * expensive part of a transaction that reads little, as it waits for all earlier reads of memory.
   *
   * @return what the body returned in the run that was committed
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    context.awaitBegin(options);
    BufferedTransaction transaction = context.newTransaction(options);
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
                new PendingWrites(
                    transaction.isolation(),
                    transaction.snapshot(),
                    transaction.buffer(),
                    transaction.reads(),
                    transaction.hasScanned())))
        .result();
  }

  /** Runs a body as {@link #call} does, and returns the result of the commit. */
  public <X extends Exception> CommitResult run(
      TransactionOptions options, ThrowingTransactionTask<X> body) throws X {
    context.awaitBegin(options);
    BufferedTransaction transaction = context.newTransaction(options);
    try {
      run(body, transaction);
    } catch (TransactionTooOldException thrown) {
      return commit(options, body, tooOld(thrown, transaction.snapshot())).commit();
    }
    if (transaction.isReadOnly()) {
      return CommitResults.of(transaction.current());
    }
    return commit(
            options,
            body,
            new Finished<>(
                null,
                new PendingWrites(
                    transaction.isolation(),
                    transaction.snapshot(),
                    transaction.buffer(),
                    transaction.reads(),
                    transaction.hasScanned())))
        .commit();
  }

  /** The run that was committed. */
  private record Committed<T extends @Nullable Object>(T result, CommitResult commit) {}

  /** The end of a run of a body. */
  private sealed interface Run<T extends @Nullable Object> {}

  /** The body returned, and left writes, perhaps none. */
  private record Finished<T extends @Nullable Object>(T result, PendingWrites pending)
      implements Run<T> {}

  /** The body read a state that is no longer kept. */
  private record TooOld<T extends @Nullable Object>(TransactionTooOldException thrown)
      implements Run<T> {}

  /**
   * The rest of a call whose body has run and may have written. It is a method of its own, so that
   * the compiler can inline what comes before; and neither it nor any other method that may not be
   * inlined is passed the transaction, so that the transaction need not be allocated.
   */
  private <T extends @Nullable Object, X extends Exception> Committed<T> commit(
      TransactionOptions options, ThrowingTransactionCall<T, X> body, Run<T> first) throws X {
    SyncAttempts attempts = new SyncAttempts(context, options);
    try {
      Run<T> run = first;
      while (true) {
        if (run instanceof Finished<T> finished) {
          CommitResult result = attempts.commitOrPrepare(finished.pending());
          if (result != null) {
            return new Committed<>(finished.result(), result);
          }
        } else {
          attempts.prepareAfter(((TooOld<T>) run).thrown());
        }
        Committed<T> committed = runOnChains(attempts, options, body);
        if (committed != null) {
          return committed;
        }
        run = runOnce(options, body);
      }
    } catch (Throwable thrown) {
      attempts.failed(thrown);
      throw thrown;
    } finally {
      attempts.leaveQueues();
    }
  }

  /**
   * Runs a body on chains for as long as it is admitted on one.
   *
   * @return null if it is to be run by itself
   */
  private <T extends @Nullable Object, X extends Exception> @Nullable Committed<T> runOnChains(
      SyncAttempts attempts, TransactionOptions options, ThrowingTransactionCall<T, X> body)
      throws X {
    for (Chain chain = attempts.chain(); chain != null; chain = attempts.prepareAfterChain()) {
      ChainedRun run = attempts.beginOn(chain, context.isolation(options));
      if (run != null) {
        T result;
        try {
          result = body.call(run.transaction());
        } catch (Throwable thrown) {
          if (attempts.awaitOutcome(run, thrown) == null) {
            continue;
          }
          throw thrown;
        }
        CommitResult commit = attempts.awaitOutcome(run, null);
        if (commit != null) {
          return new Committed<>(result, commit);
        }
      }
    }
    return null;
  }

  private <T extends @Nullable Object, X extends Exception> Run<T> runOnce(
      TransactionOptions options, ThrowingTransactionCall<T, X> body) throws X {
    BufferedTransaction transaction = context.newTransaction(options);
    try {
      return new Finished<>(run(body, transaction), transaction.pending());
    } catch (TransactionTooOldException thrown) {
      return tooOld(thrown, transaction.snapshot());
    }
  }

  /**
   * Returns the end of a run whose snapshot is no longer kept; rethrows what another run can't
   * help.
   */
  private <T extends @Nullable Object> Run<T> tooOld(
      TransactionTooOldException thrown, AppliedState snapshot) {
    if (context.isKept(snapshot)) {
      throw thrown; // about a state of the past that the body asked for
    }
    return new TooOld<>(thrown);
  }

  private static <T extends @Nullable Object, X extends Exception> T run(
      ThrowingTransactionCall<T, X> body, BufferedTransaction transaction) throws X {
    try {
      return body.call(transaction);
    } finally {
      transaction.end();
    }
  }

  /**
   * Runs a body on this thread, unless it has to wait, and commits asynchronously. Further runs,
   * and dependents of the future, run on the executor. Never blocks.
   */
  public CompletableFuture<CommitResult> runAsync(
      TransactionOptions options, ThrowingTransactionTask<?> body) {
    return new AsyncRun<@Nullable Void, CommitResult>(
            context, options, body, (none, commit) -> commit)
        .start();
  }

  /**
   * Runs a body of the library as {@link #runAsync} does, with the scheduler's threads in place of
   * the application's executor, whose threads may all be waiting for this transaction.
   */
  public CompletableFuture<CommitResult> runOnWorkers(
      TransactionOptions options, TransactionTask body) {
    return new AsyncRun<@Nullable Void, CommitResult>(
            onWorkers, options, body, (none, commit) -> commit)
        .start();
  }

  /** Runs a body as {@link #runAsync} does, and returns its result. */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      TransactionOptions options, ThrowingTransactionCall<T, ?> body) {
    return new AsyncRun<T, T>(context, options, body, (result, commit) -> result).start();
  }

  /** Deletes every present key of a range, in as many transactions as it takes. */
  public long delete(KeyRange range) {
    return new RangeDeletion(this, range).run();
  }

  /** Writes a sequence of entries in as many transactions as it takes; see {@link BulkLoad}. */
  public long load(Iterator<Entry> entries, BulkLoadOptions options) {
    return new BulkLoad(this, context.limits().maxValueBytes(), options).run(entries);
  }

  /** Begins a transaction that its owner commits. Its timeout starts with the commit. */
  public ExplicitTransaction begin(TransactionOptions options) {
    context.awaitBegin(options);
    return new OwnedTransaction(
        context.newTransaction(options),
        pending -> new SyncAttempts(context, options).commitOnce(pending));
  }

  /** To be called after the last commit: ends every wait in queues and every backoff. */
  public void close() {
    context.hotKeys().close();
    context.timers().close();
  }

  /** Releases snapshots whose handles were garbage-collected unclosed. */
  public void releaseForgottenSnapshots() {
    snapshots.releaseForgotten();
  }
}
