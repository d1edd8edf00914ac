package io.petacore.internal.mvcc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The superseded versions, in the order in which they were superseded, and how far back the cache
 * can answer: the <em>horizon</em>.
 *
 * <p><b>Invariant.</b> A reader at a version number at or above the horizon finds everything it
 * needs. The writer publishes a new horizon <em>before</em> it unlinks anything; a reader compares
 * <em>after</em> it has found its version. If a reader met a link that was already cut, the horizon
 * it reads next is the raised one, and it is told; checked the other way round, a freed version
 * would look like an absent key.
 *
 * <p>Readers do not register. Only a pin does, under this object's lock, which the writer holds too
 * while it decides how far the horizon may rise: so a pin either is seen by the writer, or sees the
 * horizon it came too late for.
 */
final class History {

  /** A version made an older one superfluous for every reader at or above its number. */
  private record Superseded(Version newer, long atNanoTime) {}

  private final ArrayDeque<Superseded> queue = new ArrayDeque<>(); // writer only
  private final TreeMap<Long, Integer> pins = new TreeMap<>(); // guarded by this
  private volatile long horizon; // written under this object's lock

  /** The oldest version number that can be answered for. */
  long horizon() {
    return horizon;
  }

  /** Writer only: nothing below a number can be asked for, pinned or not. */
  synchronized void beginAt(long number) {
    horizon = number;
  }

  /** Writer only: the version was linked over an older one. */
  void superseded(Version newer, long nanoTime) {
    queue.add(new Superseded(newer, nanoTime));
  }

  /** Keeps everything from a number on; false if it is behind the horizon already. */
  synchronized boolean pin(long number) {
    if (number < horizon) {
      return false;
    }
    pins.merge(number, 1, Integer::sum);
    return true;
  }

  synchronized void unpin(long number) {
    pins.computeIfPresent(number, (n, count) -> count == 1 ? null : count - 1);
  }

  /**
   * Writer only: frees what was superseded at or before a moment and no pin needs.
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
    List<Superseded> due = new ArrayList<>();
    @Nullable Superseded next;
    while ((next = queue.peek()) != null
        && next.atNanoTime() - upToNanoTime <= 0
        && next.newer().number() <= oldestPin) {
      due.add(queue.remove());
    }
    if (!due.isEmpty()) {
      horizon = Math.max(horizon, due.get(due.size() - 1).newer().number());
    }
    return due;
  }

  /** Writer only: how many superseded versions are kept. */
  int size() {
    return queue.size();
  }
}
