package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.concurrent.Deadline;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that wants to be committed.
 *
 * @param writes what it wrote, each key once; not empty
 * @param snapshot the version number it read at, which its writes are guarded by; {@link
 *     #UNGUARDED} under Read Committed
 * @param deadline when its outcome has to be told
 * @param failFast whether it fails at once while the store is not followed
 * @param holdsPermit whether its owner has taken a permit by {@link CommitPipeline#tryEnter}, which
 *     then is the owner's to return; else the pipeline takes one, and returns it with the outcome
 * @param lostTo the key that an earlier attempt lost to another commit; null if this is the first
 */
public record CommitRequest(
    Collection<Write> writes,
    long snapshot,
    Deadline deadline,
    boolean failFast,
    boolean holdsPermit,
    @Nullable Bytes lostTo) {

  /** A first attempt, which waits while the store is not followed. */
  public CommitRequest(Collection<Write> writes, long snapshot, Deadline deadline) {
    this(writes, snapshot, deadline, false, false, null);
  }

  /** No snapshot: the writes are applied without a check. */
  public static final long UNGUARDED = -1;

  boolean isGuarded() {
    return snapshot != UNGUARDED;
  }
}
