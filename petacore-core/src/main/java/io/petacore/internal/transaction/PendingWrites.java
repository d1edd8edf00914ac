package io.petacore.internal.transaction;

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
 */
record PendingWrites(
    IsolationLevel isolation, AppliedState snapshot, @Nullable WriteBuffer buffer) {

  /** The writes in ascending order of their keys. */
  List<Write> writes() {
    return buffer == null ? List.of() : buffer.toList();
  }
}
