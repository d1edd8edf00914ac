package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.Iterator;
import java.util.Objects;

/** Iterates over the entries of a secondary index that are visible at a timestamp, in order. */
public final class IndexScan implements Iterator<Entry> {

  private final MvccCache cache;
  private final long timestamp;
  private final RangeScan versions;
  private Bytes position = Bytes.EMPTY;

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
    return versions.hasNext();
  }

  @Override
  public Entry next() {
    IndexEntryChain entry = (IndexEntryChain) versions.nextVersion().chain();
    IndexedKeyChain indexed = entry.indexed();
    Version found = indexed.head().visibleAt(timestamp);
    cache.requireKept(timestamp); // if it is, the value was found
    position = entry.key();
    return new Entry(indexed.key(), Objects.requireNonNull(Objects.requireNonNull(found).value()));
  }

  /** The position of the entry that was returned last. */
  public Bytes position() {
    return position;
  }

  /** Counts the remaining entries, and exhausts the iterator. */
  public long countRest() {
    return versions.countRest();
  }
}
