package io.petacore.internal.mvcc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The superseded versions in the order in which they were superseded, the revision log, and the
 * <em>horizon</em>: the oldest timestamp that can be read.
 *
 * <p><b>Invariant.</b> A reader at or above the horizon finds every version it needs. The writer
 * publishes a new horizon <em>before</em> it cuts any link; a reader checks the horizon
 * <em>after</em> it has found its version. A reader that followed a link that was already cut
 * therefore sees the new horizon. If it checked first, a freed version would look like an absent
 * key.
 *
 * <p>Readers do not register. Only pins do, under this object's lock, which the writer also holds
 * while it advances the horizon: so either the writer sees the pin, or the pin sees the new horizon
 * and is refused.
 *
 * <p>Not final, since the simulation pauses readers where they read the horizon.
 */
class History {

  /** An older version that no reader at or above the timestamp of {@code newer} needs any more. */
  private record Superseded(Version newer, int bytes, long nanoTime) {}

  private final long maxBytes;
  private final ArrayDeque<Superseded> queue = new ArrayDeque<>(); // writer only
  private long versions; // writer only; the number of versions in the queue
  private long versionBytes; // writer only; their size
  private long logBytes; // writer only; the size of the log

  @GuardedBy("this")
  private final RevisionLog log = new RevisionLog();

  /** The number of pins by timestamp. */
  @GuardedBy("this")
  private final TreeMap<Long, Integer> pins = new TreeMap<>();

  private volatile long horizon; // written under the lock by the writer, read without it

  /**
   * @param maxBytes the bound on the bytes of superseded versions and log; beyond it the oldest of
   *     both are freed before their time, unless a pin needs them
   */
  History(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The oldest timestamp that can be read. */
  long horizon() {
    return horizon;
  }

  /** Moves the horizon to a timestamp, whatever is pinned. Writer only. */
  synchronized void beginAt(long timestamp) {
    horizon = timestamp;
  }

  /** Adds the newest state, whose timestamp is above all before. Writer only. */
  synchronized void published(AppliedState state) {
    log.add(state);
    logBytes = log.bytes();
  }

  /** Returns the newest state at or below a timestamp; null if it is no longer kept. */
  synchronized @Nullable AppliedState newestAt(long timestamp) {
    return log.at(timestamp);
  }

  /** As {@link RevisionLog#around}. */
  synchronized @Nullable AppliedState[] around(long revision) {
    return log.around(revision);
  }

  /**
   * Records that a version was linked above an older one. Writer only.
   *
   * @param olderBytes the size of the older version
   * @param nanoTime the current monotonic time
   */
  void superseded(int olderBytes, Version newer, long nanoTime) {
    int bytes = MemoryUsage.ofSuperseded(olderBytes);
    queue.add(new Superseded(newer, bytes, nanoTime));
    versions++;
    versionBytes += bytes;
  }

  /** Records that a version replaced one of the same revision, which frees nothing. Writer only. */
  void replaced(Version newer, long nanoTime) {
    queue.add(new Superseded(newer, 0, nanoTime));
  }

  /** Keeps every version from a timestamp on; false if the timestamp is below the horizon. */
  synchronized boolean pin(long timestamp) {
    if (timestamp < horizon) {
      return false;
    }
    pins.merge(timestamp, 1, Integer::sum);
    return true;
  }

  /** Removes one pin of a timestamp. */
  synchronized void unpin(long timestamp) {
    pins.computeIfPresent(timestamp, (n, count) -> count == 1 ? null : count - 1);
  }

  /** The oldest pinned timestamp; null if there is no pin. */
  synchronized @Nullable Long oldestPin() {
    return pins.isEmpty() ? null : pins.firstKey();
  }

  /**
   * Frees the versions that were superseded at or before a moment and those beyond the bound,
   * except for pinned ones. Writer only.
   *
   * @param upToNanoTime the moment, in monotonic time
   * @return tombstones that are the only version of their key now
   */
  List<Version> free(long upToNanoTime) {
    List<Superseded> due = due(upToNanoTime);
    List<Version> dead = new ArrayList<>();
    for (Superseded superseded : due) {
      Version newer = superseded.newer();
      assert newer.timestamp() <= horizon : "a link is cut above the horizon";
      newer.cutOlder();
      if (newer.isTombstone() && newer.chain().head() == newer) {
        dead.add(newer);
      }
    }
    return dead;
  }

  private synchronized List<Superseded> due(long upToNanoTime) {
    long oldestPin = pins.isEmpty() ? Long.MAX_VALUE : pins.firstKey();
    log.dropBefore(upToNanoTime);
    List<Superseded> due = new ArrayList<>();
    @Nullable Superseded next;
    while ((next = queue.peek()) != null
        && (next.nanoTime() - upToNanoTime <= 0 || isBeyondBound(next.newer().timestamp()))
        && next.newer().timestamp() <= oldestPin) {
      due.add(queue.remove());
      versionBytes -= next.bytes();
      versions -= next.bytes() == 0 ? 0 : 1;
    }
    // Pinned versions are kept beyond the bound; the log alone must not exceed it.
    dropRevisions(next == null ? Long.MAX_VALUE : next.newer().timestamp());
    while (log.bytes() > maxBytes) {
      log.dropOldest();
    }
    logBytes = log.bytes();
    if (!due.isEmpty()) {
      horizon = Math.max(horizon, due.get(due.size() - 1).newer().timestamp());
    }
    return due;
  }

  /** Whether the bound is still exceeded without the revisions up to a timestamp. */
  @GuardedBy("this")
  private boolean isBeyondBound(long timestamp) {
    dropRevisions(timestamp);
    return versionBytes + log.bytes() > maxBytes;
  }

  /** Drops revisions superseded up to a timestamp, oldest first, while the bound is exceeded. */
  @GuardedBy("this")
  private void dropRevisions(long upToTimestamp) {
    while (versionBytes + log.bytes() > maxBytes && log.hasSupersededUpTo(upToTimestamp)) {
      log.dropOldest();
    }
  }

  /** Drops everything; nothing may be added afterwards. Writer only. */
  synchronized void clear() {
    log.clear();
    queue.clear();
    versions = 0;
    versionBytes = 0;
    logBytes = 0;
  }

  /** The number of superseded versions that are kept. Writer only. */
  long versions() {
    return versions;
  }

  /** The bytes of the superseded versions and the log. Writer only. */
  long bytes() {
    return versionBytes + logBytes;
  }

  /** The bytes of the log. Writer only. */
  long logBytes() {
    return logBytes;
  }
}
