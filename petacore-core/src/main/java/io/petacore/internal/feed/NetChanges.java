package io.petacore.internal.feed;

import io.petacore.data.Bytes;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The net change of each key over several revisions: {@code before} as of the first, {@code after}
 * as of the last. A key that is absent in both is left out, so there are at most as many entries as
 * keys that were present before and that are present now.
 *
 * <p><b>Why values are kept, and not read at delivery.</b> {@code after} refers to the same object
 * as the newest version in the cache, so it takes no memory of its own, unless the key has left the
 * state again. Reading it at delivery would need a pinned state, which keeps the history of the
 * whole storage while one listener is busy. {@code before} is the only copy that outlives the
 * cache's history.
 *
 * <p>Not thread-safe.
 */
final class NetChanges {

  private final Map<Bytes, Change> changes = new HashMap<>();
  private long from;
  private long to;
  private long timestamp;

  /** The net changes of a revision. */
  NetChanges(Revision first) {
    this.from = first.from();
    append(first);
  }

  int size() {
    return changes.size();
  }

  /** Adds a revision after the held ones. */
  void append(Revision next) {
    for (Change change : next.changes()) {
      changes.merge(change.key(), change, NetChanges::net);
    }
    to = next.revision();
    timestamp = next.timestamp();
  }

  /** Adds changes before the held ones. */
  void prepend(long earlierFrom, List<Change> earlier) {
    for (Change change : earlier) {
      changes.merge(change.key(), change, (later, first) -> net(first, later));
    }
    from = earlierFrom;
  }

  /** Returns the change from before the first to after the second; null if there is none. */
  private static @Nullable Change net(Change first, Change second) {
    return first.before() == null && second.after() == null
        ? null
        : new Change(first.key(), first.before(), second.after());
  }

  /** Returns the batch; null if every key that came has gone again. */
  @Nullable ChangeBatch toBatch() {
    return changes.isEmpty()
        ? null
        : Revision.batch(from, to, timestamp, true, changes.values().toArray(new Change[0]));
  }
}
