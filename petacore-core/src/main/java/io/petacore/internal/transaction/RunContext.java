package io.petacore.internal.transaction;

import io.petacore.internal.commit.CommitPipeline;
import io.petacore.internal.concurrent.Scheduler;
import io.petacore.internal.decoded.DecodedValues;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all transactions of a storage share.
 *
 * @param cache what they read
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

  /** Begins a transaction at the newest applied state. */
  BufferedTransaction newTransaction(TransactionOptions options) {
    return new BufferedTransaction(
        cache, decoded, limits, options.isolation().orElse(settings.isolation()));
  }

  /** Whether a commit that this storage has acknowledged is not applied yet. */
  boolean isBehind() {
    return cache.applied().revision() < pipeline.confirmedRevision();
  }

  /** Waits until every commit that this storage has acknowledged is applied. */
  void awaitConfirmed(TransactionOptions options) {
    if (isBehind()) {
      new Attempts(this, options).awaitConfirmed();
    }
  }

  /** Whether a snapshot can still be read. */
  boolean isKept(AppliedState snapshot) {
    return snapshot.timestamp() >= cache.horizon();
  }
}
