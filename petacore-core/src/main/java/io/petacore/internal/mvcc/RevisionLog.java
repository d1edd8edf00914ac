package io.petacore.internal.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * The published states within the retained history, in ascending order of their timestamps.
 *
 * <p>A ring of {@code long}s: states are appended at one end and dropped at the other, and since
 * there may be millions, each takes four words and no object. Not thread-safe; {@link History}
 * guards it and counts its bytes.
 */
final class RevisionLog {

  /** The size of one state, in bytes. */
  static final int BYTES = 4 * Long.BYTES;

  private static final int FIELDS = 4;
  private static final int MIN_CAPACITY = 16;

  private long[] ring = new long[FIELDS * MIN_CAPACITY];
  private int first;
  private int size;

  /** From this timestamp on revisions rise; they fall if the store is on another history. */
  private long risingFrom = Long.MIN_VALUE;

  /** Appends a state with a higher timestamp than all before. */
  void add(AppliedState published) {
    if (size > 0 && published.revision() < ring[offset(size - 1)]) {
      risingFrom = published.timestamp();
    }
    if (size == capacity()) {
      resize(2 * size);
    }
    int at = offset(size);
    ring[at] = published.revision();
    ring[at + 1] = published.timestamp();
    ring[at + 2] = published.keys();
    ring[at + 3] = published.nanoTime();
    size++;
  }

  /** Returns the newest state at or below a timestamp; null if it is no longer kept. */
  @Nullable AppliedState at(long timestamp) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamp(middle) <= timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      return null;
    }
    return state(low - 1);
  }

  private AppliedState state(int i) {
    int at = offset(i);
    return new AppliedState(ring[at], ring[at + 1], ring[at + 2], ring[at + 3]);
  }

  /**
   * Returns the newest state of the current history at or below a revision, null if it is no longer
   * kept, and the state after it, null if there is none.
   */
  @Nullable AppliedState[] around(long revision) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamp(middle) < risingFrom || ring[offset(middle)] <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    boolean known = low > 0 && timestamp(low - 1) >= risingFrom;
    return new @Nullable AppliedState[] {
      known ? state(low - 1) : null, low < size ? state(low) : null
    };
  }

  /** Drops the states that were superseded before a moment of the monotonic clock. */
  void dropBefore(long beforeNanoTime) {
    while (size > 1 && ring[offset(1) + 3] - beforeNanoTime < 0) {
      dropOldest();
    }
  }

  /** Drops the oldest state; there must be a newer one. */
  void dropOldest() {
    first = (first + 1) & (capacity() - 1);
    size--;
    if (size < capacity() / 8 && capacity() > MIN_CAPACITY) {
      resize(capacity() / 2);
    }
  }

  /** Whether the oldest state was superseded by one at or below a timestamp. */
  boolean hasSupersededUpTo(long timestamp) {
    return size > 1 && timestamp(1) <= timestamp;
  }

  /** Drops all states and releases the ring; nothing may be added afterwards. */
  void clear() {
    ring = new long[FIELDS];
    first = 0;
    size = 0;
  }

  /** The size of all states but the newest one, which is not history, in bytes. */
  long bytes() {
    return (long) BYTES * Math.max(0, size - 1);
  }

  private long timestamp(int i) {
    return ring[offset(i) + 1];
  }

  private int capacity() {
    return ring.length / FIELDS;
  }

  private int offset(int i) {
    return FIELDS * ((first + i) & (capacity() - 1));
  }

  private void resize(int capacity) {
    long[] other = new long[FIELDS * capacity];
    int untilTheEnd = Math.min(size, capacity() - first);
    System.arraycopy(ring, FIELDS * first, other, 0, FIELDS * untilTheEnd);
    System.arraycopy(ring, 0, other, FIELDS * untilTheEnd, FIELDS * (size - untilTheEnd));
    ring = other;
    first = 0;
  }
}
