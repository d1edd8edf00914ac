package io.petacore.store.embedded;

import io.petacore.data.KeyRange;
import io.petacore.store.Event;
import io.petacore.store.RevisionEvents;
import io.petacore.store.StoreException;
import io.petacore.store.Watch;
import io.petacore.store.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open watch: a listener and its place in the log.
 *
 * <p><b>Order.</b> Everything a listener is told, history and live alike, comes from the log, read
 * from one position that only rises. There is no hand-over from catching up to live events, so
 * there is nothing that could be lost or told twice at it.
 *
 * <p>All but {@link #close()} and {@link #isOver()} is called by the store's thread only, without
 * its lock where the listener is called.
 */
final class WatchFeed implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(WatchFeed.class);

  private final KeyRange range;
  private final WatchListener listener;

  /** Set once, by whoever ends the watch: only if that is the store is the listener told. */
  private final AtomicBoolean over = new AtomicBoolean();

  /** The next revision to be looked at. The store's thread only. */
  private long next;

  /** The store's thread only. */
  private boolean opened;

  WatchFeed(KeyRange range, long fromRevision, WatchListener listener) {
    this.range = range;
    this.next = fromRevision;
    this.listener = listener;
  }

  boolean isOver() {
    return over.get();
  }

  /** Whether there is something to tell when this is the newest revision. */
  boolean isDue(long newest) {
    return !opened || next <= newest;
  }

  /** The next revision to be looked at. */
  long next() {
    return next;
  }

  /** Tells the listener what these revisions, which begin at {@link #next()}, hold for it. */
  void deliver(List<RevisionEvents> revisions) {
    try {
      if (!opened && !isOver()) {
        opened = true;
        listener.onOpened();
      }
      List<RevisionEvents> mine = inRange(revisions);
      if (!mine.isEmpty() && !isOver()) {
        listener.onRevisions(mine);
      }
    } catch (Throwable thrown) {
      // Whatever a listener throws, errors included, must not end the thread that serves the
      // others.
      LOG.error("A watch listener failed; its watch is ended", thrown);
      end(
          new StoreException(
              StoreException.Kind.UNAVAILABLE, "the watch ended: its listener failed", thrown));
    }
    if (!revisions.isEmpty()) {
      next = revisions.get(revisions.size() - 1).revision() + 1;
    }
  }

  private List<RevisionEvents> inRange(List<RevisionEvents> revisions) {
    List<RevisionEvents> found = new ArrayList<>(revisions.size());
    for (RevisionEvents revision : revisions) {
      List<Event> all = revision.events();
      List<Event> mine = all.stream().filter(event -> range.contains(event.key())).toList();
      if (mine.size() == all.size()) {
        found.add(revision);
      } else if (!mine.isEmpty()) {
        found.add(new RevisionEvents(revision.revision(), mine));
      }
    }
    return List.copyOf(found);
  }

  /** Ends the watch and tells the listener why, unless it is over already. */
  void end(StoreException cause) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    try {
      listener.onEnd(cause);
    } catch (Throwable thrown) {
      LOG.error("A watch listener failed when it was told of the end", thrown);
    }
  }

  @Override
  public void close() {
    over.set(true);
  }
}
