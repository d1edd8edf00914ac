package io.petacore.etcd;

import io.etcd.jetcd.api.Event.EventType;
import io.petacore.data.Bytes;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the events of a watch into whole revisions, in order.
 *
 * <p>etcd never splits a revision over two messages unless asked to fragment, which the store does
 * not ask for. Only the events' own revisions count: the header of a message can be far ahead of
 * them. What was delivered before, or lies before the start, is dropped. Used by one thread at a
 * time.
 */
final class WatchRevisions {

  /** The last revision delivered, or the one before the first wanted. */
  private long last;

  WatchRevisions(long fromRevision) {
    this.last = fromRevision - 1;
  }

  /**
   * The whole new revisions in a message.
   *
   * @throws IllegalStateException if its revisions are not in order, so that nothing can be said
   *     about what is missing
   */
  List<RevisionEvents> next(List<io.etcd.jetcd.api.Event> events) {
    List<RevisionEvents> revisions = new ArrayList<>();
    List<Event> group = new ArrayList<>();
    long revision = 0;
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
      }
      group.add(decode(event));
    }
    add(revision, group, revisions);
    return List.copyOf(revisions);
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
