package io.petacore.internal.commit;

import io.petacore.internal.time.Deadline;
import java.util.Collection;

/**
 * A transaction that wants to be committed.
 *
 * @param writes what it wrote, each key once; not empty
 * @param snapshot the version number it read at, which its writes are guarded by; {@link
 *     #UNGUARDED} under Read Committed
 * @param deadline when its outcome has to be told
 */
public record CommitRequest(Collection<Write> writes, long snapshot, Deadline deadline) {

  /** No snapshot: the writes are applied without a check. */
  public static final long UNGUARDED = -1;

  boolean isGuarded() {
    return snapshot != UNGUARDED;
  }
}
