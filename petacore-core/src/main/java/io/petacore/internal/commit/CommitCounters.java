package io.petacore.internal.commit;

import java.util.concurrent.atomic.LongAdder;

/** What the write path has met. Safe for use by many threads. */
public final class CommitCounters {

  final LongAdder commits = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder batchedTransactions = new LongAdder();
  final LongAdder localConflicts = new LongAdder();
  final LongAdder storeConflicts = new LongAdder();
  final LongAdder resent = new LongAdder();
  final LongAdder resolvedApplied = new LongAdder();
  final LongAdder resolvedNotApplied = new LongAdder();
  final LongAdder unknownOutcomes = new LongAdder();
  final LongAdder sessionsLost = new LongAdder();
  final LongAdder exclusiveLocks = new LongAdder();

  /** Transactions committed, those without writes not counted. */
  public long commits() {
    return commits.sum();
  }

  /** Requests sent to commit something. */
  public long batches() {
    return batches.sum();
  }

  /** Transactions that those requests carried. */
  public long batchedTransactions() {
    return batchedTransactions.sum();
  }

  /** Conflicts that were found in memory, before anything was sent. */
  public long localConflicts() {
    return localConflicts.sum();
  }

  /** Conflicts that the store found. */
  public long storeConflicts() {
    return storeConflicts.sum();
  }

  /** Sendings of transactions that had been sent before, and had not been applied. */
  public long resent() {
    return resent.sum();
  }

  /** Transactions whose answer was lost, and that turned out to be committed. */
  public long resolvedApplied() {
    return resolvedApplied.sum();
  }

  /** Transactions whose answer was lost, and that turned out not to have been applied. */
  public long resolvedNotApplied() {
    return resolvedNotApplied.sum();
  }

  /** Transactions whose fate could not be told. */
  public long unknownOutcomes() {
    return unknownOutcomes.sum();
  }

  /** Sessions whose lease ended before they did. */
  public long sessionsLost() {
    return sessionsLost.sum();
  }

  /** How often a large transaction needed the field to itself. */
  public long exclusiveLocks() {
    return exclusiveLocks.sum();
  }
}
