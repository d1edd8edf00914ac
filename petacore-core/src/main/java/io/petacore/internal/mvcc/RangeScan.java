package io.petacore.internal.mvcc;

import io.petacore.data.Entry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * Iterates over the entries of a range that are visible at a timestamp, in order.
 *
 * <p>Versions are looked up in small groups: they are scattered over the heap, and the processor
 * overlaps the cache misses of consecutive lookups. The horizon is checked once per group, after
 * the lookups.
 *
 * <p>An {@link Entry} is created in {@link #next()}, so that the compiler can eliminate it where
 * the caller only reads its key and value.
 */
final class RangeScan implements Iterator<Entry> {

  static final int GROUP = 16; // larger groups waste work where the caller reads a few entries

  private final MvccCache cache;
  private final PageCursor chains;
  private final long timestamp;
  private final Version[] found = new Version[GROUP];
  private int at;
  private int end;

  RangeScan(MvccCache cache, PageCursor chains, long timestamp) {
    this.cache = cache;
    this.chains = chains;
    this.timestamp = timestamp;
  }

  @Override
  public boolean hasNext() {
    return at < end || findNext();
  }

  @Override
  public Entry next() {
    Version version = nextVersion();
    return new Entry(version.key(), Objects.requireNonNull(version.value()));
  }

  /** Returns the visible version of the next entry, which has a value. */
  Version nextVersion() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return found[at++];
  }

  /** Moves the next group of visible versions into an array; returns their number, 0 at the end. */
  int nextGroup(Version[] into) {
    if (!hasNext()) {
      return 0;
    }
    int count = end - at;
    System.arraycopy(found, at, into, 0, count);
    at = end;
    return count;
  }

  /** Counts the remaining entries, and exhausts the iterator. */
  long countRest() {
    long count = 0;
    do {
      count += end - at;
    } while (findNext());
    return count;
  }

  /** Looks up the next group of entries; false at the end of the range. */
  private boolean findNext() {
    at = 0;
    end = 0;
    int heads;
    int present = 0;
    do {
      heads = chains.next(found);
      for (int i = 0; i < heads; i++) {
        Version version = found[i].visibleAt(timestamp);
        if (version != null && !version.isTombstone()) {
          found[present++] = version;
        }
      }
    } while (present == 0 && heads > 0);
    // At the end too: the version of a key that appeared absent may have been freed.
    cache.requireKept(timestamp);
    end = present;
    return present > 0;
  }
}
