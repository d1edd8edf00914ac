package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks chains in order and yields what is visible at one version number. */
final class RangeScan implements Iterator<Entry> {

  private final MvccCache cache;
  private final Iterator<VersionChain> chains;
  private final long number;
  private @Nullable Entry next;

  RangeScan(MvccCache cache, Iterator<VersionChain> chains, long number) {
    this.cache = cache;
    this.chains = chains;
    this.number = number;
  }

  @Override
  public boolean hasNext() {
    if (next != null) {
      return true;
    }
    while (chains.hasNext()) {
      Version version = chains.next().head().visibleAt(number);
      Bytes value = version == null ? null : version.value();
      if (version != null && value != null) {
        cache.requireKept(number);
        next = new Entry(version.key(), value);
        return true;
      }
    }
    // Also at the end: a key that was passed over as absent may have been freed.
    cache.requireKept(number);
    return false;
  }

  @Override
  public Entry next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    Entry entry = next;
    next = null;
    return entry;
  }
}
