package io.petacore.etcd;

import io.etcd.jetcd.api.Event.EventType;
import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Assembles the events of a watch to complete revisions, in order.
 *
 * <p>A response of etcd contains complete revisions, but it may arrive in fragments, which may end
 * within a revision. A revision is complete when an event of a later one arrives or the response
 * ends. The revision in the header of a message may be far ahead of its events and is not used.
 * Revisions that were delivered before, or precede the start, are dropped. Not thread-safe, except
 * {@link #next}.
 */
final class WatchRevisions {

  /** Maximum size of an incomplete revision, in bytes; a larger one must be loaded. */
  private static final long MAX_KEPT_BYTES = 32 << 20;

  private static final int EVENT_OVERHEAD = 100;

  /** The last delivered revision, or the one before the start. */
  private volatile long last;

  /** The incomplete revision; 0 for none. */
  private long open;

  private List<Event> openEvents = List.of();
  private long openBytes;

  WatchRevisions(long fromRevision) {
    this.last = fromRevision - 1;
  }

  /** The first revision that was not delivered. */
  long next() {
    return last + 1;
  }

  /**
   * Adds the events of a message.
   *
   * @param events the events
   * @param hasMore whether another fragment of the same response follows
   * @return the revisions that are complete now
   * @throws IllegalStateException if the revisions are not in order, so that revisions may be
   *     missing
   * @throws StoreException {@link Kind#TOO_LARGE} if an incomplete revision is too large
   */
  List<RevisionEvents> take(List<io.etcd.jetcd.api.Event> events, boolean hasMore) {
    if (events.isEmpty()) {
      return List.of();
    }
    List<RevisionEvents> revisions = new ArrayList<>();
    List<Event> group = new ArrayList<>(openEvents);
    long revision = open;
    for (io.etcd.jetcd.api.Event event : events) {
      long modRevision = event.getKv().getModRevision();
      if (modRevision < revision) {
        throw new IllegalStateException(
            "a watch message has revision " + modRevision + " after " + revision);
      }
      if (modRevision > revision) {
        add(revision, group, revisions);
        group = new ArrayList<>();
        revision = modRevision;
        openBytes = 0;
      }
      group.add(decode(event));
      openBytes += event.getKv().getKey().size() + event.getKv().getValue().size() + EVENT_OVERHEAD;
    }
    if (hasMore) {
      keep(revision, group);
    } else {
      add(revision, group, revisions);
      keep(0, List.of());
      openBytes = 0;
    }
    return List.copyOf(revisions);
  }

  private void keep(long revision, List<Event> group) {
    if (openBytes > MAX_KEPT_BYTES) {
      throw new StoreException(
          Kind.TOO_LARGE,
          "revision " + revision + " has more than " + MAX_KEPT_BYTES + " bytes of changes",
          null);
    }
    open = revision;
    openEvents = group;
  }

  private void add(long revision, List<Event> group, List<RevisionEvents> revisions) {
    if (revision > last) {
      revisions.add(new RevisionEvents(revision, List.copyOf(group)));
      last = revision;
    }
  }

  private static Event decode(io.etcd.jetcd.api.Event event) {
    Bytes key = Keys.decode(event.getKv().getKey());
    return event.getType() == EventType.DELETE
        ? new Event(key, null, 0)
        : new Event(
            key,
            Keys.decode(event.getKv().getValue()),
            event.getKv().getVersion(),
            event.getKv().getLease());
  }
}
