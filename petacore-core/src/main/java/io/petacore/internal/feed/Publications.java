package io.petacore.internal.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.subscription.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

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

  private final Queue<Revision> waiting = new ConcurrentLinkedQueue<>();
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
  void add(Revision published) {
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
    Revision next = waiting.poll();
    if (next == null) {
      return false;
    }
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
      // Afterwards, so that no change is counted neither here nor by its subscriptions.
      waitingChanges.addAndGet(-next.changes().size());
      waitingBytes.addAndGet(-next.bytes());
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

  private static void deliver(RangeIndex.Group group, Revision published) {
    List<Change> collected = group.collected;
    if (collected == null) {
      return;
    }
    Revision revision =
        collected.size() == published.changes().size()
            ? published
            : Revision.of(
                published.from(),
                published.revision(),
                published.timestamp(),
                published.conflated(),
                collected);
    for (FeedSubscription member : group.members()) {
      member.publish(revision);
    }
  }
}
