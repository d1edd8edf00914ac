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
 * An open watch: a listener and its position in the log.
 *
 * <p><b>Order.</b> All revisions, old and new, are read from the log at a position that only rises.
 * Since there is no transition from catching up to live events, no event can be lost or delivered
 * twice at it.
 *
 * <p>All methods but {@link #close()} and {@link #isOver()} are called by the store's thread only,
 * and without the store's lock if they call the listener.
 */
final class EmbeddedWatch implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedWatch.class);

  private final KeyRange range;
  private final WatchListener listener;

  /**
   * Whether the watch has ended; if the store sets it first, it calls {@link WatchListener#onEnd}.
   */
  private final AtomicBoolean over = new AtomicBoolean();

  /** The next revision to read from the log. Store's thread only. */
  private long next;

  /** Whether the listener was called with {@code onOpened}. Store's thread only. */
  private boolean opened;

  EmbeddedWatch(KeyRange range, long fromRevision, WatchListener listener) {
    this.range = range;
    this.next = fromRevision;
    this.listener = listener;
  }

  boolean isOver() {
    return over.get();
  }

  /** Whether the listener must be called, given the newest revision. */
  boolean isDue(long newest) {
    return !opened || next <= newest;
  }

  /** The next revision to read from the log. */
  long next() {
    return next;
  }

  /** Delivers revisions, which start at {@link #next()}, as far as they are in the range. */
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
      // Nothing that a listener throws, errors included, may end the thread of all watches.
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

  /** Ends the watch and calls the listener, unless the watch has ended before. */
  void end(StoreException cause) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    try {
      listener.onEnd(cause);
    } catch (Throwable thrown) {
      LOG.error("A watch listener failed in onEnd", thrown);
    }
  }

  @Override
  public void close() {
    over.set(true);
  }
}
