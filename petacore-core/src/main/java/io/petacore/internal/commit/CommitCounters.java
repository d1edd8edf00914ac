package io.petacore.internal.commit;

import java.util.concurrent.atomic.LongAdder;

/** What the write path has met. Safe for use by many threads. */
public final class CommitCounters {

  final LongAdder commits = new LongAdder();
  final LongAdder conflicts = new LongAdder();
  final LongAdder unknownOutcomes = new LongAdder();

  /** Transactions committed, those without writes not counted. */
  public long commits() {
    return commits.sum();
  }

  /** Attempts that met a conflict. */
  public long conflicts() {
    return conflicts.sum();
  }

  /** Commits whose fate could not be told. */
  public long unknownOutcomes() {
    return unknownOutcomes.sum();
  }
}
