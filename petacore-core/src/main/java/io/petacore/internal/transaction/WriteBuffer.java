package io.petacore.internal.transaction;

import static java.util.Objects.requireNonNull;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.format.Limits;
import io.petacore.internal.mvcc.IndexScan;
import io.petacore.internal.mvcc.Order;
import io.petacore.internal.mvcc.SecondaryIndex;
import io.petacore.transaction.ReadView;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The writes of a transaction in key order, the last one of each key. */
final class WriteBuffer {

  private final TreeMap<Bytes, Write> writes = new TreeMap<>();

  /** For each index that was looked up, what the writes make of it; null before the first. */
  private @Nullable Map<SecondaryIndex, OwnIndexEntries> indexed;

  /**
   * Returns the write of a value.
   *
   * @param view what the transaction sees: a key that is too long must be present
   * @throws IllegalArgumentException if key or value are not allowed
   */
  static Write valid(ReadView view, Limits limits, Bytes key, Bytes value) {
    Limits.requireKey(key);
    requireNonNull(value, "value");
    if (Limits.isTooLong(key) && view.read(key) == null) {
      throw Limits.tooLong(key);
    }
    return new Write(key, limits.requireValue(key, value));
  }

  void put(Write write) {
    writes.put(write.key(), write);
    if (indexed != null) {
      indexed.values().forEach(entries -> entries.put(write));
    }
  }

  /** Merges entries of an index with what the writes, as they are now, make of it. */
  Iterator<Entry> over(IndexScan below, SecondaryIndex index, KeyRange indexKeys, Order order) {
    if (indexed == null) {
      indexed = new HashMap<>();
    }
    return indexed
        .computeIfAbsent(index, each -> new OwnIndexEntries(each, writes.values()))
        .over(below, indexKeys, order);
  }

  @Nullable Write get(Bytes key) {
    return writes.get(key);
  }

  int size() {
    return writes.size();
  }

  List<Write> toList() {
    return List.copyOf(writes.values());
  }

  /** The writes to keys of a range. */
  Collection<Write> in(KeyRange range) {
    return part(range).values();
  }

  /** Merges the entries of a range with the writes as they are now. */
  Iterator<Entry> over(Iterator<Entry> below, KeyRange range, Order order) {
    NavigableMap<Bytes, Write> part = part(range);
    if (part.isEmpty()) {
      return below;
    }
    var ordered = order == Order.ASCENDING ? part : part.descendingMap();
    // A copy, since the body may write while it iterates.
    return new Overlay(below, List.copyOf(ordered.values()).iterator(), order);
  }

  private NavigableMap<Bytes, Write> part(KeyRange range) {
    Bytes to = range.to();
    return to == null
        ? writes.tailMap(range.from(), true)
        : writes.subMap(range.from(), true, to, false);
  }
}
