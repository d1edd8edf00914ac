package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of a cache beside one that is being loaded anew, which is given key by key in
 * unsigned byte order. Only the difference is kept, so that a state is not in memory twice: both
 * are walked side by side.
 *
 * <p>For the writer alone. Nothing may be applied to the cache between the beginning and {@link
 * #difference}; freeing history is allowed, as that removes nothing but what a tombstone is left
 * of.
 */
public final class StateComparison {

  private final PageCursor chains;
  private final List<Change> changed = new ArrayList<>();
  private final List<Bytes> vanished = new ArrayList<>();
  private @Nullable Version here; // the least key of the cache that is not compared yet
  private @Nullable Bytes lastAdded;
  private final long appliedRevision;
  private boolean contradicts;
  private boolean anotherPast;
  private long newestWrite;
  private long newestShared;

  /** Begins, with nothing of the other state known. */
  public StateComparison(MvccCache cache) {
    appliedRevision = cache.applied().revision();
    chains = cache.inOrder.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    here = next();
  }

  private @Nullable Version next() {
    if (!chains.hasNext()) {
      return null;
    }
    Version head = chains.next().head();
    if (!head.isTombstone()) {
      newestWrite = Math.max(newestWrite, head.modRevision());
    }
    return head;
  }

  /**
   * Whether a key stands in a cache as it stands in the store.
   *
   * @param stored with a null value where it is absent there
   */
  public static boolean agrees(MvccCache cache, Change stored) {
    Version head = cache.byHash.get(stored.key());
    if (head == null || head.isTombstone()) {
      return stored.value() == null;
    }
    return head.modRevision() == stored.modRevision()
        && Objects.equals(head.value(), stored.value());
  }

  /**
   * The key with the highest mod revision of all that are present in a cache; null if there is none
   * above a given one.
   */
  public static @Nullable Bytes newestKey(MvccCache cache, long above) {
    PageCursor chains = cache.inOrder.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    long highest = above;
    Bytes newest = null;
    while (chains.hasNext()) {
      Version head = chains.next().head();
      if (!head.isTombstone() && head.modRevision() > highest) {
        highest = head.modRevision();
        newest = head.key();
      }
    }
    return newest;
  }

  /**
   * Adds a key of the other state.
   *
   * @param present above all that were added before
   * @throws IllegalArgumentException if it is not
   */
  public void add(Change present) {
    if (lastAdded != null && lastAdded.compareTo(present.key()) >= 0) {
      throw new IllegalArgumentException(present.key() + " was loaded after " + lastAdded);
    }
    lastAdded = present.key();
    Version head = here;
    int order = -1;
    while (head != null && (order = head.key().compareTo(present.key())) < 0) {
      vanish(head);
      head = next();
    }
    here = head;
    if (head == null || order > 0) {
      changed.add(present);
      anotherPast |= present.modRevision() <= appliedRevision;
      return;
    }
    here = next();
    boolean sameRevision = head.modRevision() == present.modRevision();
    boolean same = sameRevision && Objects.equals(head.value(), present.value());
    // A tombstone may be of a history before this one.
    boolean wentBack = !head.isTombstone() && head.modRevision() > present.modRevision();
    contradicts |= wentBack || (sameRevision && !same);
    if (same) {
      newestShared = Math.max(newestShared, present.modRevision());
    } else {
      changed.add(present);
      anotherPast |= present.modRevision() <= appliedRevision;
    }
  }

  private void vanish(Version head) {
    if (!head.isTombstone()) {
      vanished.add(head.key());
    }
  }

  /**
   * Whether the other state can't belong to the history that is known: a key in it has another
   * value than in the newest state under the same mod revision, or a lower one, which only rises.
   */
  public boolean contradicts() {
    return contradicts;
  }

  /**
   * Whether the other state has a key that was written by a revision that was applied here, and is
   * not in the newest state: had the store still the history that is known, it would be.
   */
  public boolean hasAnotherPast() {
    return anotherPast;
  }

  /**
   * The highest mod revision of a key that is present in the newest state; 0 if there is none. Ends
   * the other state.
   */
  public long newestWrite() {
    end();
    return newestWrite;
  }

  /** The highest mod revision of a key that is the same in both states; 0 if there is none. */
  public long newestShared() {
    return newestShared;
  }

  private void end() {
    for (Version head = here; head != null; head = next()) {
      vanish(head);
    }
    here = null;
  }

  /**
   * Ends with what would turn the newest state into the other one. A key that has the same mod
   * revision and the same value in both is left as it is, even if the store's history changed.
   *
   * @param revision what vanished keys are said to have been deleted by
   */
  public List<Change> difference(long revision) {
    end();
    vanished.forEach(key -> changed.add(new Change(key, null, revision)));
    vanished.clear();
    return changed;
  }
}
