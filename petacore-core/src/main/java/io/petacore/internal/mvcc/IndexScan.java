package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the entries of a secondary index that are visible at a timestamp, in order.
 *
 * <p>As in {@link RangeScan}, whose groups it takes over, the indexed keys' versions are looked up
 * in groups, and the horizon is checked once per group.
 */
public final class IndexScan implements Iterator<Entry> {

  private final MvccCache cache;
  private final long timestamp;
  private final RangeScan versions;
  private final Version[] entries = new Version[RangeScan.GROUP]; // of the index
  private final Version[] indexed = new Version[RangeScan.GROUP]; // of the keys
  private int at;
  private int end;
  private @Nullable Version returned; // of the index

  /**
   * Starts a scan.
   *
   * @param indexKeys the index keys
   * @param timestamp one that was published before this call
   */
  public IndexScan(
      MvccCache cache, SecondaryIndex index, KeyRange indexKeys, Order order, long timestamp) {
    this.cache = cache;
    this.timestamp = timestamp;
    this.versions =
        new RangeScan(cache, index.tree.scan(IndexKeys.positions(indexKeys), order), timestamp);
  }

  @Override
  public boolean hasNext() {
    return at < end || findNext();
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    returned = entries[at];
    Version found = indexed[at++];
    return new Entry(found.key(), Objects.requireNonNull(found.value()));
  }

  private boolean findNext() {
    at = 0;
    end = versions.nextGroup(entries);
    for (int i = 0; i < end; i++) {
      IndexEntryChain entry = (IndexEntryChain) entries[i].chain();
      Version found = entry.indexed().head().visibleAt(timestamp);
      if (found != null) {
        indexed[i] = found;
      }
    }
    cache.requireKept(timestamp); // if it is, all were found
    return end > 0;
  }

  /** Returns the position of the entry that was returned last. */
  public Bytes position() {
    return Objects.requireNonNull(returned, "none was returned").key();
  }

  /** Counts the remaining entries, and exhausts the iterator. */
  public long countRest() {
    long counted = (long) end - at;
    at = end;
    return counted + versions.countRest();
  }
}
