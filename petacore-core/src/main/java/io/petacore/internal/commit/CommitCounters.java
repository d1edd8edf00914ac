package io.petacore.internal.commit;

import java.util.concurrent.atomic.LongAdder;

/** Counters of the write path. Safe for use by many threads. */
public final class CommitCounters {

  final LongAdder commits = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder batchedTransactions = new LongAdder();
  final LongAdder emptyBatches = new LongAdder();
  final LongAdder localConflicts = new LongAdder();
  final LongAdder storeConflicts = new LongAdder();
  final LongAdder resent = new LongAdder();
  final LongAdder resolvedApplied = new LongAdder();
  final LongAdder resolvedNotApplied = new LongAdder();
  final LongAdder unknownOutcomes = new LongAdder();
  final LongAdder sessionsLost = new LongAdder();
  final LongAdder exclusiveLocks = new LongAdder();

  /** Transactions committed, except those without writes. */
  public long commits() {
    return commits.sum();
  }

  /** Batches sent that carry transactions. */
  public long batches() {
    return batches.sum();
  }

  /** Transactions in these batches. */
  public long batchedTransactions() {
    return batchedTransactions.sum();
  }

  /** Batches sent that carry none: barriers and idle writes. */
  public long emptyBatches() {
    return emptyBatches.sum();
  }

  /** Conflicts found in memory, before anything was sent. */
  public long localConflicts() {
    return localConflicts.sum();
  }

  /** Conflicts found by the store. */
  public long storeConflicts() {
    return storeConflicts.sum();
  }

  /** Transactions sent again that had not been applied. */
  public long resent() {
    return resent.sum();
  }

  /** Transactions in doubt that were resolved as committed. */
  public long resolvedApplied() {
    return resolvedApplied.sum();
  }

  /** Transactions in doubt that were resolved as not applied. */
  public long resolvedNotApplied() {
    return resolvedNotApplied.sum();
  }

  /** Transactions reported with an unknown outcome. */
  public long unknownOutcomes() {
    return unknownOutcomes.sum();
  }

  /** Sessions lost: their lease ended, or had to be revoked. */
  public long sessionsLost() {
    return sessionsLost.sum();
  }

  /** Acquisitions of the exclusive commit lock for a large transaction. */
  public long exclusiveLocks() {
    return exclusiveLocks.sum();
  }
}
