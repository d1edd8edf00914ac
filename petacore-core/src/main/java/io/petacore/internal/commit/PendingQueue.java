package io.petacore.internal.commit;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/**
 * The transactions that wait to be sent, in the order of their arrival, which one that comes back
 * keeps. Guarded by the pipeline's lock.
 */
final class PendingQueue {

  private final TreeMap<Long, PendingCommit> line = new TreeMap<>();
  private long arrivals;

  /** A new one, at the end. */
  void join(PendingCommit commit) {
    commit.arrive(++arrivals);
    line.put(commit.arrival(), commit);
  }

  /** One that was sent and not applied, at its old place. */
  void rejoin(PendingCommit commit) {
    line.put(commit.arrival(), commit);
  }

  void leave(PendingCommit commit) {
    line.remove(commit.arrival());
  }

  /** Those who wait, as they stand; a view. */
  Collection<PendingCommit> inOrder() {
    return Collections.unmodifiableCollection(line.values());
  }

  /** Sends everybody away. */
  List<PendingCommit> clear() {
    List<PendingCommit> all = List.copyOf(line.values());
    line.clear();
    return all;
  }

  int size() {
    return line.size();
  }

  boolean isEmpty() {
    return line.isEmpty();
  }
}
