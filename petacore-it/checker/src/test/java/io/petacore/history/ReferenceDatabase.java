package io.petacore.history;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The states of a reference database: what each key was at each revision. */
final class ReferenceDatabase {

  /** The values of each key by revision: a list, a register's only value, or none if absent. */
  private final NavigableMap<Bytes, NavigableMap<Long, List<Long>>> states = new TreeMap<>();

  private long revision = 1;

  long revision() {
    return revision;
  }

  /** Returns the value of a key at a revision; empty if it was absent. */
  List<Long> at(String key, long at) {
    NavigableMap<Long, List<Long>> versions = states.get(Bytes.utf8(key));
    Map.Entry<Long, List<Long>> entry = versions == null ? null : versions.floorEntry(at);
    return entry == null ? List.of() : entry.getValue();
  }

  /** Returns the present keys of a range at a revision, with own writes on top. */
  NavigableMap<String, List<Long>> scan(KeyRange range, long at, Map<String, List<Long>> own) {
    NavigableMap<String, List<Long>> found = new TreeMap<>();
    for (Bytes key : states.keySet()) {
      if (range.contains(key)) {
        found.put(key.toUtf8(), at(key.toUtf8(), at));
      }
    }
    own.forEach(
        (key, value) -> {
          if (range.contains(Bytes.utf8(key))) {
            found.put(key, value);
          }
        });
    found.values().removeIf(List::isEmpty);
    return found;
  }

  /** Returns whether a key was written after one revision, up to another one. */
  boolean isChanged(String key, long after, long upTo) {
    NavigableMap<Long, List<Long>> versions = states.get(Bytes.utf8(key));
    return versions != null && !versions.subMap(after, false, upTo, true).isEmpty();
  }

  /**
   * Returns whether what a key was at one revision is still so at another one: the same version, or
   * absent again.
   */
  boolean isStillSo(String key, long then, long now) {
    boolean absent = at(key, then).isEmpty();
    return absent ? at(key, now).isEmpty() : !isChanged(key, then, now);
  }

  /**
   * Commits writes. A delete of an absent key changes nothing.
   *
   * @param torn whether each write gets a revision of its own
   */
  void apply(Map<String, List<Long>> writes, boolean torn) {
    revision++;
    for (Map.Entry<String, List<Long>> write : writes.entrySet()) {
      if (torn) {
        revision++;
      }
      if (!write.getValue().isEmpty() || !at(write.getKey(), revision).isEmpty()) {
        states
            .computeIfAbsent(Bytes.utf8(write.getKey()), any -> new TreeMap<>())
            .put(revision, List.copyOf(write.getValue()));
      }
    }
  }
}
