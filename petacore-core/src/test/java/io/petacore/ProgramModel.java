package io.petacore;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a storage holds, as simply as can be: a whole copy of the state for every commit. */
final class ProgramModel {

  /**
   * A state.
   *
   * @param timestamp as the storage calls it
   * @param changed by key, the number of the last state that wrote or deleted it
   */
  record State(
      long timestamp, NavigableMap<Bytes, Bytes> entries, NavigableMap<Bytes, Integer> changed) {}

  private final List<State> states = new ArrayList<>();

  ProgramModel() {
    states.add(new State(0, new TreeMap<>(), new TreeMap<>()));
  }

  int newest() {
    return states.size() - 1;
  }

  State state(int number) {
    return states.get(number);
  }

  /** Whether one of the keys was changed after a state. */
  boolean conflicts(int snapshot, Map<Bytes, @Nullable Bytes> writes) {
    return writes.keySet().stream()
        .anyMatch(key -> state(newest()).changed().getOrDefault(key, 0) > snapshot);
  }

  /** Applies a commit. */
  void apply(Map<Bytes, @Nullable Bytes> writes, long timestamp) {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>(state(newest()).entries());
    NavigableMap<Bytes, Integer> changed = new TreeMap<>(state(newest()).changed());
    writes.forEach(
        (key, value) -> {
          if (value != null || entries.containsKey(key)) {
            changed.put(key, states.size());
          }
          put(entries, key, value);
        });
    states.add(new State(timestamp, entries, changed));
  }

  /** A state with writes on top. */
  NavigableMap<Bytes, Bytes> view(int number, Map<Bytes, @Nullable Bytes> writes) {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>(state(number).entries());
    writes.forEach((key, value) -> put(entries, key, value));
    return entries;
  }

  private static void put(NavigableMap<Bytes, Bytes> entries, Bytes key, @Nullable Bytes value) {
    if (value == null) {
      entries.remove(key);
    } else {
      entries.put(key, value);
    }
  }

  /** The entries of a range, in one order or the other. */
  static List<Entry> scan(NavigableMap<Bytes, Bytes> entries, KeyRange range, boolean descending) {
    List<Entry> found = new ArrayList<>();
    (descending ? entries.descendingMap() : entries)
        .forEach(
            (key, value) -> {
              if (range.contains(key)) {
                found.add(new Entry(key, value));
              }
            });
    return found;
  }
}
