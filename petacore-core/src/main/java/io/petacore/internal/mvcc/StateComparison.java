package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The newest state of a cache beside one that was loaded anew. For the writer alone, as both look
 * at the newest versions whether or not they are published.
 */
public record StateComparison(MvccCache cache) {

  /**
   * Whether a state can't belong to the history that is known: a key in it has another value than
   * in the newest state under the same mod revision, or a lower one, which only rises.
   */
  public boolean contradicts(Collection<Change> state) {
    for (Change change : state) {
      Version head = cache.byHash.get(change.key());
      if (head == null) {
        continue;
      }
      boolean same = head.modRevision() == change.modRevision();
      // A tombstone may be of a history before this one.
      boolean wentBack = !head.isTombstone() && head.modRevision() > change.modRevision();
      if (wentBack || (same && !Objects.equals(head.value(), change.value()))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a key stands here as it stands in the store.
   *
   * @param stored with a null value where it is absent there
   */
  public boolean agrees(Change stored) {
    Version head = cache.byHash.get(stored.key());
    if (head == null || head.isTombstone()) {
      return stored.value() == null;
    }
    return head.modRevision() == stored.modRevision()
        && Objects.equals(head.value(), stored.value());
  }

  /** The highest mod revision of a key that is present here; 0 if there is none. */
  public long newestWrite() {
    long newest = 0;
    PageCursor chains = cache.inOrder.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    while (chains.hasNext()) {
      Version head = chains.next().head();
      if (!head.isTombstone()) {
        newest = Math.max(newest, head.modRevision());
      }
    }
    return newest;
  }

  /**
   * What would turn the newest state into another one, judged by mod revisions.
   *
   * @param state every key that is to be present
   * @param anotherHistory whether equal mod revisions alone prove nothing, and values are compared
   *     too
   * @param revision what vanished keys are said to have been deleted by
   */
  public List<Change> difference(Collection<Change> state, boolean anotherHistory, long revision) {
    Map<Bytes, Change> wanted = new HashMap<>(2 * state.size());
    List<Change> difference = new ArrayList<>();
    for (Change change : state) {
      wanted.put(change.key(), change);
      Version head = cache.byHash.get(change.key());
      boolean same = head != null && head.modRevision() == change.modRevision();
      if (!same || (anotherHistory && !agrees(change))) {
        difference.add(change);
      }
    }
    PageCursor chains = cache.inOrder.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    while (chains.hasNext()) {
      Version head = chains.next().head();
      if (!head.isTombstone() && !wanted.containsKey(head.key())) {
        difference.add(new Change(head.key(), null, revision));
      }
    }
    return difference;
  }
}
