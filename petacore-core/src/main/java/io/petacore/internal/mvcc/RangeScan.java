package io.petacore.internal.mvcc;

import io.petacore.data.Entry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * What is visible of a range at one timestamp, in order.
 *
 * <p>Versions are looked up a few at a time: they lie anywhere in memory, and a processor fetches
 * many of them at once where nothing else is to be done between one and the next. The horizon is
 * asked once for all of these, after they were found, as everywhere.
 *
 * <p>An entry is made only when it is handed out: so the compiler can do without the object where
 * the caller takes key and value out of it at once.
 */
final class RangeScan implements Iterator<Entry> {

  static final int AT_A_TIME = 16; // more would be for nothing where a caller wants a few

  private final MvccCache cache;
  private final PageCursor chains;
  private final long timestamp;
  private final Version[] found = new Version[AT_A_TIME];
  private int at;
  private int end;

  RangeScan(MvccCache cache, PageCursor chains, long timestamp) {
    this.cache = cache;
    this.chains = chains;
    this.timestamp = timestamp;
  }

  @Override
  public boolean hasNext() {
    return at < end || find();
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Version version = found[at++];
    return new Entry(version.key(), Objects.requireNonNull(version.value()));
  }

  /** How many entries are still to come; none comes after that. */
  long countRest() {
    long count = 0;
    do {
      count += end - at;
    } while (find());
    return count;
  }

  /** Looks the next entries up; false at the end. */
  private boolean find() {
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
    // Also at the end: a key that was passed over as absent may have been freed.
    cache.requireKept(timestamp);
    end = present;
    return present > 0;
  }
}
