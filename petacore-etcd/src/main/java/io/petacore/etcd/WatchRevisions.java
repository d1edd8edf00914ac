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
 * Puts the events of a watch together to whole revisions, in order.
 *
 * <p>An answer of etcd has whole revisions, but comes in fragments where they were asked for, and a
 * fragment may end within a revision. That revision is whole when an event of a later one arrives,
 * or the answer ends. Only the events' own revisions count: the header of a message can be far
 * ahead of them. What was delivered before, or lies before the start, is dropped. Used by one
 * thread at a time, except {@link #next}.
 */
final class WatchRevisions {

  /** What is kept of one revision until it is whole, in bytes; whoever has more may load it. */
  private static final long MAX_KEPT_BYTES = 32 << 20;

  private static final int EVENT_OVERHEAD = 100;

  /** The last revision delivered, or the one before the first wanted. */
  private volatile long last;

  /** The revision that the last fragment ended within; 0: none. */
  private long open;

  private List<Event> openEvents = List.of();
  private long openBytes;

  WatchRevisions(long fromRevision) {
    this.last = fromRevision - 1;
  }

  /** The first revision that has not been delivered. */
  long next() {
    return last + 1;
  }

  /**
   * The new revisions that are whole now.
   *
   * @param events of a message
   * @param moreToCome whether more of the same answer follows
   * @throws IllegalStateException if its revisions are not in order, so that nothing can be said
   *     about what is missing
   * @throws StoreException of the kind {@link Kind#TOO_LARGE} if too much of one revision has
   *     arrived without its end
   */
  List<RevisionEvents> take(List<io.etcd.jetcd.api.Event> events, boolean moreToCome) {
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
    if (moreToCome) {
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
