package io.petacore.simulation;

import io.petacore.StorageBuilder;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.ReadView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Checks that a view's secondary index is what its function says of the view's entries. */
final class IndexJudge {
  private static final String NAME = "byCharacter";

  private IndexJudge() {}

  /** Defines the index on a node. */
  static StorageBuilder define(StorageBuilder builder) {
    return builder.index(NAME, KeyRange.all(), IndexJudge::indexKeysOf);
  }

  /** The first and the last byte of the value, which change with payload and tag. */
  private static Collection<Bytes> indexKeysOf(Entry entry) {
    Bytes value = entry.value();
    int last = value.length() - 1;
    return last < 0
        ? List.of()
        : List.of(Bytes.of(value.byteAt(0)), Bytes.of((byte) 0, value.byteAt(last)));
  }

  /**
   * Checks the index of a view of one state.
   *
   * @param shown all entries of the view
   */
  static void check(Judge judge, Object reader, ReadView view, Map<Bytes, Bytes> shown) {
    NavigableMap<Bytes, NavigableMap<Bytes, Entry>> positions = new TreeMap<>();
    shown.forEach(
        (key, value) -> {
          Entry entry = new Entry(key, value);
          for (Bytes indexKey : indexKeysOf(entry)) {
            positions.computeIfAbsent(indexKey, none -> new TreeMap<>()).put(key, entry);
          }
        });
    List<Entry> expected = new ArrayList<>();
    positions.values().forEach(entries -> expected.addAll(entries.values()));
    List<Entry> found = new ArrayList<>();
    view.index(NAME).scan(KeyRange.prefix("")).forEach(found::add);
    if (!found.equals(expected)) {
      judge.contradicts(
          "the index is not its function of what "
              + reader
              + " shows: it has "
              + found
              + ", not "
              + expected);
    }
  }
}
