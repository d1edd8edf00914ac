package io.petacore.internal.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * Which revisions were published with which version numbers, for as long as the history is kept: a
 * ring, since they come at one end and are forgotten at the other, both in the order of their
 * numbers.
 *
 * <p>Written by the single writer, at each revision; read by those who ask for the past, which is
 * rare. So it has a lock, and a reader holds it for a binary search.
 */
final class RevisionLog {

  private @Nullable Applied[] ring = new Applied[16]; // guarded by this, like all of it
  private int first;
  private int size;

  /** Writer: a state with a higher version number than any before. */
  synchronized void add(Applied published) {
    if (size == ring.length) {
      grow();
    }
    ring[place(size)] = published;
    size++;
  }

  /** The state that was the newest at a version number; null if that is no longer known. */
  synchronized @Nullable Applied at(long version) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).version() <= version) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? null : get(low - 1);
  }

  /** Writer: forgets what was replaced as the newest before a moment. */
  synchronized void forget(long beforeNanoTime) {
    while (size > 1 && get(1).nanoTime() - beforeNanoTime < 0) {
      ring[first] = null;
      first = place(1);
      size--;
    }
  }

  /** Writer, for the last time: forgets everything. */
  synchronized void clear() {
    ring = new Applied[1];
    first = 0;
    size = 0;
  }

  private Applied get(int i) {
    Applied state = ring[place(i)];
    if (state == null) {
      throw new IllegalStateException("no state at " + i + " of " + size);
    }
    return state;
  }

  private int place(int i) {
    return (first + i) & (ring.length - 1);
  }

  private void grow() {
    @Nullable Applied[] larger = new Applied[2 * ring.length];
    for (int i = 0; i < size; i++) {
      larger[i] = get(i);
    }
    ring = larger;
    first = 0;
  }
}
