package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.batch.ReadSet;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.IsolationLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a body has left to be committed.
 *
 * @param isolation the isolation level of the run
 * @param snapshot the newest applied state at its start
 * @param buffer its writes; null if there are none
 * @param tracker what it has read and wants unchanged; null if nothing
 * @param scans whether it has read more than single keys
 */
record PendingWrites(
    IsolationLevel isolation,
    AppliedState snapshot,
    @Nullable WriteBuffer buffer,
    @Nullable ReadTracker tracker,
    boolean scans) {

  /** The writes in ascending order of their keys. */
  List<Write> writes() {
    return buffer == null ? List.of() : buffer.toList();
  }

  /** What it has read and wants unchanged; null if nothing. */
  @Nullable ReadSet reads() {
    return tracker == null ? null : tracker.toReadSet();
  }

  /**
   * Whether it is checked though there is nothing to send: at Read Committed what it wants
   * unchanged may have changed meanwhile, at other levels it is right as of the run's start.
   */
  boolean isCheckedWithoutWrites() {
    return tracker != null && isolation == IsolationLevel.READ_COMMITTED;
  }

  /** Whether a conflict of the commit needs another run of the body. */
  boolean dependsOn(Bytes key) {
    ReadSet reads = reads();
    return isolation != IsolationLevel.READ_COMMITTED || (reads != null && reads.contains(key));
  }
}
