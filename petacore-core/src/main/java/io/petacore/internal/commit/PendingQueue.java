package io.petacore.internal.commit;

import io.petacore.internal.commit.batch.PendingCommit;
import io.petacore.internal.concurrent.CombiningLock;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * The commits that wait to be sent, in the order of arrival. A commit that was sent and not applied
 * returns to its old position. Guarded by the pipeline's lock.
 */
final class PendingQueue {

  private final CombiningLock lock;
  private final TreeMap<Long, PendingCommit> byArrival = new TreeMap<>();
  private long arrivals;

  PendingQueue(CombiningLock lock) {
    this.lock = lock;
  }

  /** Adds a new commit, at the end. */
  void add(PendingCommit commit) {
    lock.assertHeld();
    commit.arrive(++arrivals);
    byArrival.put(commit.arrival(), commit);
  }

  /** Returns a commit that was sent and not applied to its old position. */
  void restore(PendingCommit commit) {
    lock.assertHeld();
    byArrival.put(commit.arrival(), commit);
  }

  void remove(PendingCommit commit) {
    lock.assertHeld();
    byArrival.remove(commit.arrival());
  }

  /** The commits in order; an unmodifiable view. */
  Collection<PendingCommit> inOrder() {
    return Collections.unmodifiableCollection(byArrival.values());
  }

  /** The commits in order, as they are now: the queue may be changed meanwhile. */
  List<PendingCommit> snapshot() {
    return List.copyOf(byArrival.values());
  }

  /** Removes and returns all commits. */
  List<PendingCommit> drain() {
    lock.assertHeld();
    List<PendingCommit> all = snapshot();
    byArrival.clear();
    return all;
  }

  int size() {
    return byArrival.size();
  }

  boolean isEmpty() {
    return byArrival.isEmpty();
  }
}
