package io.petacore.internal.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.data.Bytes;
import io.petacore.subscription.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the cache's writer has published and the subscriptions concerned have not received yet. The
 * writer only adds revisions, which costs it the same however many subscriptions there are; the
 * dispatcher distributes them.
 *
 * <p><b>Bound.</b> If more waits than {@link #MAX_CHANGES} or {@link #MAX_BYTES}, the writer
 * distributes, too. So a dispatcher that gets too little processor time costs bounded memory, and
 * slows the writer down; a listener does neither, since none is called here.
 */
final class Publications {

  static final long MAX_CHANGES = 1 << 16;
  static final long MAX_BYTES = 16 << 20;

  /**
   * A revision that was published.
   *
   * @param from the first revision that it covers
   * @param revision the published revision
   * @param timestamp its timestamp
   * @param resync whether it is the difference to a state that was loaded
   * @param changes not empty; no longer modified
   */
  record Publication(
      long from, long revision, long timestamp, boolean resync, List<Change> changes) {

    private long bytes() {
      long bytes = 0;
      for (Change change : changes) {
        Bytes after = change.after();
        bytes += after == null ? 0 : after.length();
      }
      return bytes;
    }
  }

  private final Queue<Publication> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingChanges = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();

  // Reused by every publication.
  @GuardedBy("this")
  private final List<RangeIndex.Group> matches = new ArrayList<>();

  @GuardedBy("this")
  private final List<RangeIndex.Group> concerned = new ArrayList<>();

  private volatile RangeIndex index = RangeIndex.EMPTY; // written under the registry's lock

  /** The subscriptions to distribute to. */
  RangeIndex index() {
    return index;
  }

  void index(RangeIndex changed) {
    index = changed;
  }

  /** Adds a revision. Writer only. */
  void add(Publication published) {
    long changes = waitingChanges.addAndGet(published.changes().size());
    long bytes = waitingBytes.addAndGet(published.bytes());
    waiting.add(published);
    if (changes > MAX_CHANGES || bytes > MAX_BYTES) {
      distribute();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The number of changes that wait. */
  long waitingChanges() {
    return waitingChanges.get();
  }

  /** Distributes what waits, in order. Neither blocks for longer than one revision takes. */
  void distribute() {
    while (distributeNext()) {}
  }

  private synchronized boolean distributeNext() {
    Publication next = waiting.poll();
    if (next == null) {
      return false;
    }
    waitingChanges.addAndGet(-next.changes().size());
    waitingBytes.addAndGet(-next.bytes());
    try {
      RangeIndex current = index;
      for (Change change : next.changes()) {
        collect(change, current);
      }
      for (RangeIndex.Group group : concerned) {
        deliver(group, next);
      }
    } finally {
      concerned.forEach(group -> group.collected = null);
      concerned.clear();
    }
    return true;
  }

  @GuardedBy("this")
  private void collect(Change change, RangeIndex current) {
    matches.clear();
    current.find(change.key(), matches);
    for (int i = 0; i < matches.size(); i++) {
      RangeIndex.Group group = matches.get(i);
      List<Change> collected = group.collected;
      if (collected == null) {
        collected = new ArrayList<>(2);
        group.collected = collected;
        concerned.add(group);
      }
      collected.add(change);
    }
  }

  private static void deliver(RangeIndex.Group group, Publication published) {
    @Nullable List<Change> collected = group.collected;
    if (collected == null) {
      return;
    }
    Revision revision =
        Revision.of(
            published.from(),
            published.revision(),
            published.timestamp(),
            published.resync(),
            collected);
    for (FeedSubscription member : group.members()) {
      member.publish(revision);
    }
  }
}
