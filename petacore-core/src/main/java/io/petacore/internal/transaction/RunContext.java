package io.petacore.internal.transaction;

import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.format.Limits;
import io.petacore.internal.monitoring.Monitor;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all transactions of a storage share.
 *
 * @param cache what they read
 * @param claims keeps unique indexes unique
 * @param decoded its values, decoded
 * @param pipeline commits them
 * @param limits on keys and values
 * @param scheduler measures and waits
 * @param executor runs asynchronous bodies again and completes futures; accepts every task, and
 *     does not block
 * @param settings the defaults of options
 * @param hotKeys orders transactions that conflict
 * @param timers delay asynchronous transactions
 * @param failures makes the exceptions of callers
 * @param retries counts bodies that were run again
 */
record RunContext(
    MvccCache cache,
    UniqueClaims claims,
    DecodedValues decoded,
    CommitPipeline pipeline,
    Limits limits,
    Scheduler scheduler,
    Executor executor,
    TransactionSettings settings,
    HotKeyQueues hotKeys,
    BackoffTimers timers,
    CallerFailures failures,
    LongAdder retries) {

  private static final long SLACK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The same with another executor. */
  RunContext on(Executor other) {
    return new RunContext(
        cache,
        claims,
        decoded,
        pipeline,
        limits,
        scheduler,
        other,
        settings,
        hotKeys,
        timers,
        new CallerFailures(other),
        retries);
  }

  /** Receives the ends of transactions. */
  Monitor monitor() {
    return pipeline.monitor();
  }

  /** Begins a transaction at the newest applied state. */
  BufferedTransaction newTransaction(TransactionOptions options) {
    return new BufferedTransaction(cache, decoded, limits, isolation(options));
  }

  /** The isolation level of a transaction. */
  IsolationLevel isolation(TransactionOptions options) {
    return options.isolation().orElse(settings.isolation());
  }

  /** Whether the applied state is not, or not known to be, what a transaction may begin at. */
  boolean mustWait(TransactionOptions options) {
    return isBehind(options.atLeast()) || options.isLatest();
  }

  /**
   * Whether a revision, or a commit that this storage has acknowledged, is not applied yet.
   *
   * @param atLeast the revision; 0 for none
   */
  boolean isBehind(long atLeast) {
    return cache.applied().revision() < Math.max(atLeast, pipeline.confirmedRevision());
  }

  /** Waits until a transaction may begin at the applied state. */
  void awaitBegin(TransactionOptions options) {
    if (mustWait(options)) {
      new Attempts(this, options).start().await();
    }
  }

  /**
   * Waits on this thread for a revision.
   *
   * @param revision completes by the deadline; if that fails, this wait ends a little later
   * @param what what is waited for
   */
  long await(CompletableFuture<Long> revision, Deadline deadline, String what) {
    try {
      if (!scheduler.await(revision, deadline.remainingNanos() + SLACK_NANOS)) {
        throw pipeline.freshness().late(what + " was not reached in time");
      }
      return revision.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(
          "interrupted while waiting for " + what + "; nothing was begun", e);
    } catch (CompletionException e) {
      throw failures.forCaller(e.getCause());
    }
  }

  /** Whether a snapshot can still be read. */
  boolean isKept(AppliedState snapshot) {
    return snapshot.timestamp() >= cache.horizon();
  }
}
