package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.IndexKeys;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the writes of a transaction make of a secondary index: entries derived from the values
 * written, in place of all entries of the keys written. Used by one thread at a time.
 *
 * <p>An iterator sees the writes as they were when it was made. It copies the entries in its range,
 * but not the keys written, which may be many: each has a rank, and an iterator ignores later ones.
 */
final class OwnIndexEntries {

  /** An entry at its position in the index. */
  private record Positioned(Bytes position, Entry entry) {}

  private final SecondaryIndex index;
  private final Map<Bytes, Integer> ranks = new HashMap<>(); // in the order of the first write
  private final Map<Bytes, List<Bytes>> positions = new HashMap<>(); // of each key written
  private final TreeMap<Bytes, Entry> entries = new TreeMap<>(); // by position

  OwnIndexEntries(SecondaryIndex index, Collection<Write> writes) {
    this.index = index;
    writes.forEach(this::put);
  }

  /** Adds a write, in place of an earlier one of its key. */
  void put(Write write) {
    Bytes key = write.key();
    if (!index.covers(key)) {
      return;
    }
    ranks.putIfAbsent(key, ranks.size());
    List<Bytes> former = positions.remove(key);
    if (former != null) {
      former.forEach(entries::remove);
    }
    Bytes value = write.value();
    if (value == null) {
      return;
    }
    Entry entry = new Entry(key, value);
    List<Bytes> own = new ArrayList<>();
    // If the function fails, the index leaves the entry out once it is committed, and reports it.
    for (Bytes indexKey : index.keysOf(key, value, failure -> {})) {
      Bytes position = IndexKeys.position(indexKey, key);
      own.add(position);
      entries.put(position, entry);
    }
    positions.put(key, own);
  }

  /** Merges stored entries of a range with the own ones. */
  Iterator<Entry> over(IndexScan below, KeyRange indexKeys, Order order) {
    if (ranks.isEmpty()) {
      return below;
    }
    NavigableMap<Bytes, Entry> part = part(IndexKeys.positions(indexKeys));
    List<Positioned> own = new ArrayList<>(part.size());
    (order == Order.ASCENDING ? part : part.descendingMap())
        .forEach((position, entry) -> own.add(new Positioned(position, entry)));
    return new Merge(below, own.iterator(), order, ranks.size());
  }

  private NavigableMap<Bytes, Entry> part(KeyRange range) {
    Bytes to = range.to();
    return to == null
        ? entries.tailMap(range.from(), true)
        : entries.subMap(range.from(), true, to, false);
  }

  /** Stored entries of keys not written, and own ones, by position. */
  private final class Merge implements Iterator<Entry> {
    private final IndexScan below;
    private final Iterator<Positioned> above;
    private final Order order;
    private final int written; // the number of keys written when the iterator was made
    private @Nullable Positioned lower;
    private @Nullable Positioned upper;

    Merge(IndexScan below, Iterator<Positioned> above, Order order, int written) {
      this.below = below;
      this.above = above;
      this.order = order;
      this.written = written;
      advanceBelow();
      advanceAbove();
    }

    private void advanceBelow() {
      lower = null;
      while (lower == null && below.hasNext()) {
        Entry stored = below.next();
        if (ranks.getOrDefault(stored.key(), written) >= written) {
          lower = new Positioned(below.position(), stored);
        }
      }
    }

    private void advanceAbove() {
      upper = above.hasNext() ? above.next() : null;
    }

    @Override
    public boolean hasNext() {
      return lower != null || upper != null;
    }

    @Override
    public Entry next() {
      Positioned stored = lower;
      Positioned own = upper;
      if (own == null || (stored != null && order.compare(stored.position(), own.position()) < 0)) {
        if (stored == null) {
          throw new NoSuchElementException();
        }
        advanceBelow();
        return stored.entry();
      }
      advanceAbove();
      return own.entry();
    }
  }
}
