package io.petacore.internal.mvcc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The superseded versions, in the order in which they were superseded, the log of revisions, and
 * how far back the cache can answer: the <em>horizon</em>.
 *
 * <p><b>Invariant.</b> A reader at a timestamp at or above the horizon finds everything it needs.
 * The writer publishes a new horizon <em>before</em> it unlinks anything; a reader compares
 * <em>after</em> it has found its version. If a reader met a link that was already cut, the horizon
 * it reads next is the raised one, and it is told; checked the other way round, a freed version
 * would look like an absent key.
 *
 * <p>Readers do not register. Only a pin does, under this object's lock, which the writer holds too
 * while it decides how far the horizon may rise: so a pin either is seen by the writer, or sees the
 * horizon it came too late for.
 *
 * <p>Not final, since the simulation stops readers where they look at the horizon.
 */
class History {

  /** A version made an older one superfluous for every reader at or above its timestamp. */
  private record Superseded(Version newer, int bytes, long atNanoTime) {}

  private final long maxBytes;
  private final ArrayDeque<Superseded> queue = new ArrayDeque<>(); // writer only
  private long versions; // writer only; how many the queue stands for, and their bytes
  private long bytes;
  private final RevisionLog log = new RevisionLog(); // guarded by this; written by the writer
  private final TreeMap<Long, Integer> pins = new TreeMap<>(); // guarded by this
  private volatile long horizon; // written under this object's lock

  /**
   * @param maxBytes how much superseded versions and the log may take; beyond it the oldest of both
   *     are freed before their time, unless a pin needs them
   */
  History(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The oldest timestamp that can be answered for. */
  long horizon() {
    return horizon;
  }

  /** Writer only: nothing below a timestamp can be asked for, pinned or not. */
  synchronized void beginAt(long timestamp) {
    horizon = timestamp;
  }

  /** Writer only: a state with a higher timestamp than any before is the newest. */
  synchronized void published(AppliedState state) {
    log.add(state);
  }

  /** The state that was the newest at a timestamp; null if that is no longer known. */
  synchronized @Nullable AppliedState newestAt(long timestamp) {
    return log.at(timestamp);
  }

  /** As {@link RevisionLog#around}. */
  synchronized @Nullable AppliedState[] around(long revision) {
    return log.around(revision);
  }

  /** Writer only: a version was linked over an older one, which takes so many bytes. */
  void superseded(int olderBytes, Version newer, long nanoTime) {
    int held = MemoryUsage.ofSuperseded(olderBytes);
    queue.add(new Superseded(newer, held, nanoTime));
    versions++;
    bytes += held;
  }

  /** Writer only: a version took the place of one of the same revision, whatever is behind it. */
  void replaced(Version newer, long nanoTime) {
    queue.add(new Superseded(newer, 0, nanoTime));
  }

  /** Keeps everything from a timestamp on; false if it is behind the horizon already. */
  synchronized boolean pin(long timestamp) {
    if (timestamp < horizon) {
      return false;
    }
    pins.merge(timestamp, 1, Integer::sum);
    return true;
  }

  synchronized void unpin(long timestamp) {
    pins.computeIfPresent(timestamp, (n, count) -> count == 1 ? null : count - 1);
  }

  /** The oldest timestamp that is pinned; null if none is. */
  synchronized @Nullable Long oldestPin() {
    return pins.isEmpty() ? null : pins.firstKey();
  }

  /**
   * Writer only: frees what was superseded at or before a moment, and what is beyond the bound, as
   * far as no pin needs it.
   *
   * @return the tombstones that are the newest of their keys and have nothing behind them any more
   */
  List<Version> free(long upToNanoTime) {
    List<Superseded> due = due(upToNanoTime);
    List<Version> dead = new ArrayList<>();
    for (Superseded superseded : due) {
      Version newer = superseded.newer();
      newer.forgetOlder();
      if (newer.isTombstone() && newer.chain().head() == newer) {
        dead.add(newer);
      }
    }
    return dead;
  }

  private synchronized List<Superseded> due(long upToNanoTime) {
    long oldestPin = pins.isEmpty() ? Long.MAX_VALUE : pins.firstKey();
    log.forget(upToNanoTime);
    List<Superseded> due = new ArrayList<>();
    @Nullable Superseded next;
    while ((next = queue.peek()) != null
        && (next.atNanoTime() - upToNanoTime <= 0 || isBeyondBound(next.newer().timestamp()))
        && next.newer().timestamp() <= oldestPin) {
      due.add(queue.remove());
      bytes -= next.bytes();
      versions -= next.bytes() == 0 ? 0 : 1;
    }
    // Behind what a pin holds nothing is freed for the bound; the log alone does not outgrow it.
    forgetRevisions(next == null ? Long.MAX_VALUE : next.newer().timestamp());
    while (log.bytes() > maxBytes) {
      log.forgetOldest();
    }
    if (!due.isEmpty()) {
      horizon = Math.max(horizon, due.get(due.size() - 1).newer().timestamp());
    }
    return due;
  }

  /** Whether the bound is exceeded when no revision up to a timestamp is known any more. */
  private boolean isBeyondBound(long timestamp) {
    forgetRevisions(timestamp);
    return bytes() > maxBytes;
  }

  /** Beyond the bound, forgets what was replaced as the newest up to a timestamp, oldest first. */
  private void forgetRevisions(long upToTimestamp) {
    while (bytes() > maxBytes && log.hasReplacedUpTo(upToTimestamp)) {
      log.forgetOldest();
    }
  }

  /** Writer only, for the last time: lets everything go. */
  synchronized void clear() {
    log.clear();
    queue.clear();
    versions = 0;
    bytes = 0;
  }

  /** Writer only: how many superseded versions are kept. */
  long versions() {
    return versions;
  }

  /** Writer only: what they and the log take. */
  long bytes() {
    return bytes + log.bytes();
  }

  /** Writer only: what the log takes of that. */
  long logBytes() {
    return log.bytes();
  }
}
