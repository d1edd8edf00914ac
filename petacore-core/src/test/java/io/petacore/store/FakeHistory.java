package io.petacore.store;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * All revisions of a fake store. Every query scans them from the beginning, which is slow but
 * simple.
 */
final class FakeHistory {

  /** The revision of an empty store, as in etcd. */
  private static final long EMPTY = 1;

  private final List<List<Event>> revisions = new ArrayList<>();
  private long compacted;

  long newest() {
    return EMPTY + revisions.size();
  }

  long compacted() {
    return compacted;
  }

  void compact(long revision) {
    compacted = Math.max(compacted, revision);
  }

  /** Drops all revisions above a given one, as if a backup was restored. */
  void rewind(long revision) {
    revisions.subList(Math.toIntExact(revision - EMPTY), revisions.size()).clear();
  }

  /**
   * Adds a revision.
   *
   * @param changes puts and deletes; deletes of absent keys are ignored
   * @return the revision; the newest one if nothing changes
   */
  long append(List<Operation> changes) {
    NavigableMap<Bytes, KeyValue> state = at(newest());
    List<Event> events = new ArrayList<>();
    for (Operation change : changes) {
      if (change instanceof Operation.Put put) {
        KeyValue before = state.get(put.key());
        long putCount = before == null ? 1 : before.putCount() + 1;
        state.put(
            put.key(), new KeyValue(put.key(), put.value(), newest() + 1, putCount, put.lease()));
        events.add(new Event(put.key(), put.value(), putCount, put.lease()));
      } else if (change instanceof Operation.Delete delete && state.remove(delete.key()) != null) {
        events.add(new Event(delete.key(), null, 0));
      }
    }
    if (!events.isEmpty()) {
      revisions.add(List.copyOf(events));
    }
    return newest();
  }

  /** The state at a revision. */
  NavigableMap<Bytes, KeyValue> at(long revision) {
    NavigableMap<Bytes, KeyValue> state = new TreeMap<>();
    for (long r = EMPTY + 1; r <= revision; r++) {
      for (Event event : revisions.get(Math.toIntExact(r - EMPTY - 1))) {
        Bytes value = event.value();
        if (value == null) {
          state.remove(event.key());
        } else {
          state.put(
              event.key(), new KeyValue(event.key(), value, r, event.putCount(), event.lease()));
        }
      }
    }
    return state;
  }

  /** The events of a range at a revision; empty if it did not change. */
  RevisionEvents events(long revision, KeyRange range) {
    List<Event> all = revisions.get(Math.toIntExact(revision - EMPTY - 1));
    return new RevisionEvents(
        revision, all.stream().filter(event -> range.contains(event.key())).toList());
  }
}
