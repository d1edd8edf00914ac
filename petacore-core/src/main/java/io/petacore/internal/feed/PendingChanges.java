package io.petacore.internal.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.subscription.ChangeBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What was published for a subscription and is not delivered yet: a queue of revisions up to the
 * buffer's size, and beyond it the net changes of what follows. The dispatcher adds, the delivering
 * thread takes; neither holds the lock for longer than one revision takes, so that a subscriber
 * with much to conflate does not delay the others.
 *
 * <p><b>The start.</b> Changes are accepted before the state S is read that they follow: {@link
 * #accept}, then S is read, then {@link #startAfter}. A revision is published before it is added
 * here, perhaps only after S was read, which then holds it: so revisions up to S are dropped both
 * when S is known and afterwards. A revision that was not added here for want of acceptance was
 * published before S was read. Timestamps are compared, since revisions fall when the store is
 * restored from a backup.
 */
final class PendingChanges {

  private final int maxChanges;
  private final long maxBytes;

  @GuardedBy("this")
  private final Deque<Revision> queue = new ArrayDeque<>();

  @GuardedBy("this")
  private long queuedChanges;

  @GuardedBy("this")
  private long queuedBytes;

  /** What follows the queue; null while that is not full. */
  @GuardedBy("this")
  private @Nullable NetChanges beyond;

  /** The number of changes in the call in progress, or in the one that failed. */
  @GuardedBy("this")
  private long taken;

  @GuardedBy("this")
  private boolean accepting;

  @GuardedBy("this")
  private boolean started;

  /** The timestamp of the state that the changes follow, once started. */
  @GuardedBy("this")
  private long startTimestamp;

  /** The timestamp of the last revision dropped since {@link #accept}. */
  @GuardedBy("this")
  private long dropped;

  PendingChanges(int maxChanges, long maxBytes) {
    this.maxChanges = maxChanges;
    this.maxBytes = maxBytes;
  }

  /** Accepts changes from now on; the state that they follow is read next. */
  synchronized void accept() {
    clear();
    accepting = true;
    started = false;
    dropped = Long.MIN_VALUE;
  }

  /**
   * Drops what a state contains.
   *
   * @param timestamp of the state
   * @return false if changes after the state were dropped: a newer state is needed
   */
  synchronized boolean startAfter(long timestamp) {
    if (dropped > timestamp) {
      return false;
    }
    for (Revision first = queue.peek();
        first != null && first.timestamp() <= timestamp;
        first = queue.peek()) {
      poll();
    }
    started = true;
    startTimestamp = timestamp;
    return true;
  }

  /** Drops everything, now and until {@link #accept}. */
  synchronized void refuse() {
    clear();
    taken = 0;
    accepting = false;
  }

  @GuardedBy("this")
  private void clear() {
    queue.clear();
    queuedChanges = 0;
    queuedBytes = 0;
    beyond = null;
  }

  /** Adds a revision; returns false if it was dropped. One after another, in order. */
  synchronized boolean add(Revision next) {
    if (!accepting || (started && next.timestamp() <= startTimestamp)) {
      return false;
    }
    NetChanges net = beyond;
    if (net != null) {
      net.append(next);
    } else if (queue.isEmpty() || fits(next)) {
      queue.add(next);
      queuedChanges += next.changes().size();
      queuedBytes += next.bytes();
    } else if (started) {
      beyond = new NetChanges(next);
    } else {
      clear();
      dropped = next.timestamp();
      return false;
    }
    return true;
  }

  @GuardedBy("this")
  private boolean fits(Revision next) {
    return queuedChanges + next.changes().size() <= maxChanges
        && queuedBytes + next.bytes() <= maxBytes;
  }

  @GuardedBy("this")
  private @Nullable Revision poll() {
    Revision first = queue.poll();
    if (first != null) {
      queuedChanges -= first.changes().size();
      queuedBytes -= first.bytes();
    }
    return first;
  }

  /** The number of changes to be delivered, those of a call in progress included. */
  synchronized long size() {
    return taken + waiting();
  }

  @GuardedBy("this")
  private long waiting() {
    NetChanges net = beyond;
    return queuedChanges + (net == null ? 0 : net.size());
  }

  /** Everything that was pending: at least one of both. */
  private record Taken(Deque<Revision> queue, @Nullable NetChanges beyond) {}

  /**
   * Takes what is to be delivered next: the first revision while the buffer has sufficed, else one
   * batch of everything; call {@link #delivered} afterwards. Delivering thread only.
   *
   * @param failed the batch whose delivery failed, to be conflated with the next; null if none did
   * @return null if nothing is pending, or nothing is left of it; a failed batch is returned as it
   *     is if nothing else is pending
   */
  @Nullable ChangeBatch take(@Nullable ChangeBatch failed) {
    Taken all;
    synchronized (this) {
      if (beyond == null && failed == null) {
        Revision first = poll();
        taken = first == null ? 0 : first.changes().size();
        return first == null ? null : first.toBatch();
      }
      taken = waiting() + (failed == null ? 0 : failed.changes().size());
      all = new Taken(new ArrayDeque<>(queue), beyond);
      clear();
    }
    ChangeBatch batch = conflate(failed, all);
    if (batch == null) {
      delivered();
    }
    return batch;
  }

  /** What was taken has been delivered. */
  synchronized void delivered() {
    taken = 0;
  }

  private static @Nullable ChangeBatch conflate(@Nullable ChangeBatch failed, Taken all) {
    NetChanges net = all.beyond();
    Iterator<Revision> newestFirst = all.queue().descendingIterator();
    if (net == null) {
      if (!newestFirst.hasNext()) {
        return failed;
      }
      net = new NetChanges(newestFirst.next());
    }
    while (newestFirst.hasNext()) {
      Revision earlier = newestFirst.next();
      net.prepend(earlier.from(), earlier.changes());
    }
    if (failed != null) {
      net.prepend(failed.fromRevision(), failed.changes());
    }
    return net.toBatch();
  }
}
