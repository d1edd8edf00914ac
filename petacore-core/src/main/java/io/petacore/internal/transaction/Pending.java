package io.petacore.internal.transaction;

import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.transaction.IsolationLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a body has left to be committed. */
record Pending(IsolationLevel isolation, AppliedState snapshot, @Nullable WriteBuffer written) {

  /** In the order of their keys. */
  List<Write> writes() {
    return written == null ? List.of() : written.toList();
  }
}
