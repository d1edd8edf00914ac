package io.petacore.internal.transaction;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.Write;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a transaction has written so far, in key order, the last write of each key. */
final class WriteBuffer {

  private final TreeMap<Bytes, Write> writes = new TreeMap<>();

  void put(Write write) {
    writes.put(write.key(), write);
  }

  @Nullable Write get(Bytes key) {
    return writes.get(key);
  }

  List<Write> toList() {
    return List.copyOf(writes.values());
  }

  /** Entries of a range with the writes as they are now on top. */
  Iterator<Entry> over(Iterator<Entry> below, KeyRange range) {
    Bytes to = range.to();
    SortedMap<Bytes, Write> part =
        to == null ? writes.tailMap(range.from()) : writes.subMap(range.from(), to);
    // Copied: the body may go on writing while it iterates.
    return part.isEmpty() ? below : new Overlay(below, List.copyOf(part.values()).iterator());
  }
}
