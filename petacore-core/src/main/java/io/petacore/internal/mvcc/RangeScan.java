package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Walks chains in order and yields what is visible at one version number.
 *
 * <p>An entry is made only when it is handed out: so the compiler can do without the object where
 * the caller takes key and value out of it at once.
 */
final class RangeScan implements Iterator<Entry> {

  private final MvccCache cache;
  private final PageCursor chains;
  private final long number;
  private @Nullable Bytes key;
  private @Nullable Bytes value;

  RangeScan(MvccCache cache, PageCursor chains, long number) {
    this.cache = cache;
    this.chains = chains;
    this.number = number;
  }

  @Override
  public boolean hasNext() {
    if (value != null) {
      return true;
    }
    while (chains.hasNext()) {
      Version version = chains.next().head().visibleAt(number);
      if (version != null && !version.isTombstone()) {
        cache.requireKept(number);
        key = version.key();
        value = version.value();
        return true;
      }
    }
    // Also at the end: a key that was passed over as absent may have been freed.
    cache.requireKept(number);
    return false;
  }

  @Override
  public Entry next() {
    if (!hasNext() || key == null || value == null) {
      throw new NoSuchElementException();
    }
    Entry entry = new Entry(key, value);
    value = null;
    return entry;
  }
}
