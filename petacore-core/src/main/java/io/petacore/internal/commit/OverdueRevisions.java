package io.petacore.internal.commit;

import java.util.concurrent.TimeUnit;

/**
 * What the watch owes: revisions that are known to exist, because the store has confirmed them, and
 * that it has not brought. A watch that is in arrears for long has failed without saying so.
 * Guarded by the pipeline's lock.
 */
final class OverdueRevisions {

  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private long highest;
  private long awaited; // 0 if nothing is owed
  private long since;

  /** A revision is known to exist. */
  void know(long revision, long applied, long now) {
    if (revision <= applied) {
      return;
    }
    highest = Math.max(highest, revision);
    if (awaited == 0) {
      awaited = revision;
      since = now;
    }
  }

  /** The watch has come to a revision: what it still owes, it owes from now on. */
  void applied(long revision, long now) {
    if (awaited != 0 && awaited <= revision) {
      awaited = highest > revision ? highest : 0;
      since = now;
    }
  }

  /** What was known is known of another history. */
  void forget() {
    highest = 0;
    awaited = 0;
  }

  boolean exist() {
    return awaited != 0;
  }

  /** From when on the watch is to be taken for dead. */
  long overdueAt() {
    return since + BOUND_NANOS;
  }

  /**
   * A revision that it should have brought by now, to be told to whoever can open another watch,
   * which gets the same time; 0 if there is none.
   */
  long takeOverdue(long now) {
    if (!exist() || now - overdueAt() < 0) {
      return 0;
    }
    since = now;
    return awaited;
  }
}
