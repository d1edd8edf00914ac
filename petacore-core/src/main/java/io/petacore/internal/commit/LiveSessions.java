package io.petacore.internal.commit;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import java.util.HashMap;
import java.util.Map;

/**
 * The sessions' fences, of all nodes, as the applied revision shows them. Guarded by the pipeline's
 * lock.
 *
 * <p>A fence is written with its session's lease and ends with it. One without a lease was put
 * there by a program that copied or restored the prefix, and stands for no session.
 */
final class LiveSessions {

  private final Map<Bytes, Bookkeeping> fences = new HashMap<>();

  /** A fence was written, or deleted. */
  void seen(Bookkeeping fence) {
    if (fence.value() == null) {
      fences.remove(fence.key());
    } else {
      fences.put(fence.key(), fence);
    }
  }

  /** Everything is loaded again. */
  void clear() {
    fences.clear();
  }

  /** Whether a fence, whose key is given without namespace, is that of a live session. */
  boolean isLive(Bytes fence) {
    Bookkeeping found = fences.get(fence);
    return found != null && found.leased();
  }

  /** The mod revision of a fence; 0 if it is absent. */
  long modRevision(Bytes fence) {
    Bookkeeping found = fences.get(fence);
    return found == null ? 0 : found.modRevision();
  }
}
