package io.petacore.internal.commit.batch;

import io.petacore.internal.concurrent.Deadline;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A transaction to be committed.
 *
 * @param writes its writes, each key once; not empty
 * @param snapshot the timestamp of its snapshot, which its writes are checked against; {@link
 *     #UNGUARDED} under Read Committed
 * @param deadline when its outcome has to be reported
 * @param failFast whether it fails at once while the store is not followed
 * @param holdsPermit whether its owner has acquired a permit of the pipeline, which then is the
 *     owner's to release; else the pipeline acquires one, and releases it with the outcome
 * @param reads what it has read and wants unchanged; null if nothing
 * @param contention what its runs have lost to other commits
 * @param transactions how many transactions commit as this one: more than one in a chain
 */
public record CommitRequest(
    Collection<Write> writes,
    long snapshot,
    Deadline deadline,
    boolean failFast,
    boolean holdsPermit,
    @Nullable ReadSet reads,
    Contention contention,
    int transactions) {

  /** A first attempt, which waits while the store is not followed. */
  public CommitRequest(Collection<Write> writes, long snapshot, Deadline deadline) {
    this(writes, snapshot, deadline, false, false, null, new Contention(), 1);
  }

  /** No snapshot: the writes are applied without a check. */
  public static final long UNGUARDED = -1;

  /** Whether its writes are checked against a snapshot. */
  public boolean isGuarded() {
    return snapshot != UNGUARDED;
  }
}
