package io.petacore.internal.mvcc;

import java.util.ArrayList;
import java.util.List;

/**
 * The ranges of timestamps at which every node sees the same state.
 *
 * <p>Outside of them nodes disagree. An initial load or a resync gives one timestamp to changes
 * that other nodes applied revision by revision. A range therefore covers revisions that this node
 * applied one by one, with timestamps that all nodes agree on; ranges are separated by gaps.
 *
 * <p>Written by the cache's writer only; read by any thread.
 */
final class AgreedTimestamps {

  /** From the timestamp of one revision to that of another, both included. */
  private record Range(long first, long last) {}

  private static final long OPEN = Long.MAX_VALUE;

  private volatile List<Range> ranges = List.of(); // ascending; the last one may be open

  /** Whether the last range is open, that is, whether new revisions extend it. */
  boolean isOpen() {
    return !ranges.isEmpty() && ranges.get(ranges.size() - 1).last() == OPEN;
  }

  /**
   * Opens a range. Writer only.
   *
   * @param timestamp the first timestamp that all nodes agree on
   * @param horizon ranges that end before it are dropped
   */
  void begin(long timestamp, long horizon) {
    List<Range> kept = new ArrayList<>();
    for (Range range : ranges) {
      if (range.last() >= horizon) {
        kept.add(range);
      }
    }
    kept.add(new Range(timestamp, OPEN));
    ranges = List.copyOf(kept);
  }

  /**
   * Closes the open range, if there is one. Writer only.
   *
   * @param timestamp the last timestamp of the range
   */
  void interrupt(long timestamp) {
    if (!isOpen()) {
      return;
    }
    List<Range> closed = new ArrayList<>(ranges);
    Range open = closed.remove(closed.size() - 1);
    closed.add(new Range(open.first(), timestamp));
    ranges = List.copyOf(closed);
  }

  /** Whether two timestamps, in ascending order, lie in the same range. */
  boolean containsBoth(long first, long second) {
    for (Range range : ranges) {
      if (range.first() <= first && second <= range.last()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a timestamp lies in one of the ranges. */
  boolean contains(long timestamp) {
    for (Range range : ranges) {
      if (range.first() <= timestamp && timestamp <= range.last()) {
        return true;
      }
    }
    return false;
  }
}
