package io.petacore.internal.commit;

import io.petacore.internal.concurrent.CombiningLock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How far this node may be behind: the time since the <em>sending</em> of the youngest of its
 * quorum requests whose revision is applied. A commit that returned before such a request was sent
 * is applied here; of later ones nothing is known. (The time of an answer would be too young: a
 * commit may have returned between the evaluation of the request and its answer.)
 *
 * <p>Written under the pipeline's lock; read by any thread.
 */
final class Staleness {

  /** Beyond it the youngest are merged: the answer is then older than it could be. */
  private static final int MAX_AWAITED = 16;

  private record Request(long revision, long sentAt) {}

  private final CombiningLock lock;
  private final LongSupplier nanoTime;
  private final Deque<Request> awaited = new ArrayDeque<>(); // both numbers rise
  private volatile long sentAt; // valid once known
  private volatile boolean known;

  Staleness(CombiningLock lock, LongSupplier nanoTime) {
    this.lock = lock;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns the staleness in nanoseconds; -1 before the initial load. Safe for use by many threads.
   */
  long nanos() {
    return known ? Math.max(0, nanoTime.getAsLong() - sentAt) : -1;
  }

  /** The revision of a request that was sent at a time is applied. */
  void applied(long requestSentAt) {
    lock.assertHeld();
    if (!known || requestSentAt - sentAt > 0) {
      sentAt = requestSentAt;
      known = true;
    }
  }

  /**
   * A quorum read was answered.
   *
   * @param requestSentAt when it was sent
   * @param revision the mod revision of the commit record that it has read
   * @param record the mod revision of the commit record that is applied
   */
  void answered(long requestSentAt, long revision, long record) {
    if (revision <= record) {
      applied(requestSentAt);
      return;
    }
    Request last = awaited.peekLast();
    if (last != null && (revision < last.revision() || requestSentAt - last.sentAt() < 0)) {
      return; // an answer that was overtaken
    }
    if (awaited.size() == MAX_AWAITED) {
      awaited.removeLast();
    }
    awaited.addLast(new Request(revision, requestSentAt));
  }

  /** A commit record was applied. */
  void recordApplied(long record) {
    lock.assertHeld();
    for (Request first = awaited.peekFirst();
        first != null && first.revision() <= record;
        first = awaited.peekFirst()) {
      awaited.removeFirst();
      applied(first.sentAt());
    }
  }

  /** The revisions that requests have shown are of a lost history. */
  void forgetAwaited() {
    lock.assertHeld();
    awaited.clear();
  }
}
