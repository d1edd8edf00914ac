package io.petacore.internal.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * Which revisions were published with which version numbers, for as long as the history is kept: a
 * ring, since they come at one end and are forgotten at the other, both in the order of their
 * numbers. Each takes four numbers and no object, since there may be millions.
 *
 * <p>Guarded by the {@link History} that it belongs to, whose bound on bytes it shares.
 */
final class RevisionLog {

  /** What a revision takes. */
  static final int BYTES = 4 * Long.BYTES;

  private static final int FIELDS = 4;
  private static final int LEAST = 16;

  private long[] ring = new long[FIELDS * LEAST];
  private int first;
  private int size;

  /** From this timestamp on revisions rise; they fall where the store is on another history. */
  private long risingFrom = Long.MIN_VALUE;

  /** Writer: a state with a higher timestamp than any before. */
  void add(AppliedState published) {
    if (size > 0 && published.revision() < ring[place(size - 1)]) {
      risingFrom = published.timestamp();
    }
    if (size == capacity()) {
      resize(2 * size);
    }
    int at = place(size);
    ring[at] = published.revision();
    ring[at + 1] = published.timestamp();
    ring[at + 2] = published.keys();
    ring[at + 3] = published.nanoTime();
    size++;
  }

  /** The state that was the newest at a timestamp; null if that is no longer known. */
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
    int at = place(i);
    return new AppliedState(ring[at], ring[at + 1], ring[at + 2], ring[at + 3]);
  }

  /**
   * The newest state of the current history up to a revision, and the one after it; the first is
   * null if it is no longer known, the second if there is none.
   */
  @Nullable AppliedState[] around(long revision) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamp(middle) < risingFrom || ring[place(middle)] <= revision) {
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

  /** Writer: forgets what was replaced as the newest before a moment. */
  void forget(long beforeNanoTime) {
    while (size > 1 && ring[place(1) + 3] - beforeNanoTime < 0) {
      forgetOldest();
    }
  }

  /** Writer: forgets the oldest state, which is not the newest. */
  void forgetOldest() {
    first = (first + 1) & (capacity() - 1);
    size--;
    if (size < capacity() / 8 && capacity() > LEAST) {
      resize(capacity() / 2);
    }
  }

  /** Whether there is a state that was replaced as the newest by one up to a timestamp. */
  boolean hasReplacedUpTo(long timestamp) {
    return size > 1 && timestamp(1) <= timestamp;
  }

  /** Writer, for the last time: forgets everything. */
  void clear() {
    ring = new long[FIELDS];
    first = 0;
    size = 0;
  }

  /** What all states take but the newest, which is no history. */
  long bytes() {
    return (long) BYTES * Math.max(0, size - 1);
  }

  private long timestamp(int i) {
    return ring[place(i) + 1];
  }

  private int capacity() {
    return ring.length / FIELDS;
  }

  private int place(int i) {
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
