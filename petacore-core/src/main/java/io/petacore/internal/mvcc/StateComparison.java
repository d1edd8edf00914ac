package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares the newest state of a cache with one that is loaded from the store.
 *
 * <p>A merge join: the loaded state is added key by key in unsigned byte order, and only the
 * difference is kept, so that memory does not hold the state twice.
 *
 * <p>Writer only. Nothing may be applied to the cache before {@link #difference}; freeing history
 * is allowed, since it removes only keys that are absent.
 */
public final class StateComparison {

  private final PageCursor cached;
  private final List<Change> changed = new ArrayList<>();
  private final List<Bytes> deleted = new ArrayList<>();
  private @Nullable Version current; // the lowest key of the cache that is not compared yet
  private @Nullable Bytes lastAdded;
  private final long appliedRevision;
  private boolean contradicts;
  private boolean diverges;
  private long newestModRevision;
  private long newestUnchanged;

  /** Starts a comparison with an empty loaded state. */
  public StateComparison(MvccCache cache) {
    appliedRevision = cache.applied().revision();
    cached = cache.orderedIndex.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    current = next();
  }

  private @Nullable Version next() {
    if (!cached.hasNext()) {
      return null;
    }
    Version head = cached.next().head();
    if (!head.isTombstone()) {
      newestModRevision = Math.max(newestModRevision, head.modRevision());
    }
    return head;
  }

  /**
   * Whether a cache and the store agree on a key.
   *
   * @param stored the key in the store, with a null value if it is absent there
   */
  public static boolean agrees(MvccCache cache, Change stored) {
    Version head = cache.hashIndex.get(stored.key());
    if (head == null || head.isTombstone()) {
      return stored.value() == null;
    }
    return head.modRevision() == stored.modRevision()
        && Objects.equals(head.value(), stored.value());
  }

  /**
   * Returns the key with the highest mod revision that is present in a cache.
   *
   * @param above a mod revision that the key's must exceed
   * @return null if there is no such key
   */
  public static @Nullable Bytes newestKey(MvccCache cache, long above) {
    PageCursor chains = cache.orderedIndex.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
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
   * Adds a key of the loaded state.
   *
   * @param present the key, above all that were added before
   * @throws IllegalArgumentException if the key is not above them
   */
  public void add(Change present) {
    if (lastAdded != null && lastAdded.compareTo(present.key()) >= 0) {
      throw new IllegalArgumentException(present.key() + " was loaded after " + lastAdded);
    }
    lastAdded = present.key();
    Version head = current;
    int order = -1;
    while (head != null && (order = head.key().compareTo(present.key())) < 0) {
      delete(head);
      head = next();
    }
    current = head;
    if (head == null || order > 0) {
      changed.add(present);
      diverges |= present.modRevision() <= appliedRevision;
      return;
    }
    current = next();
    boolean sameRevision = head.modRevision() == present.modRevision();
    boolean same = sameRevision && Objects.equals(head.value(), present.value());
    // A tombstone may stem from an earlier history.
    boolean wentBack = !head.isTombstone() && head.modRevision() > present.modRevision();
    contradicts |= wentBack || (sameRevision && !same);
    if (same) {
      newestUnchanged = Math.max(newestUnchanged, present.modRevision());
    } else {
      changed.add(present);
      diverges |= present.modRevision() <= appliedRevision;
    }
  }

  private void delete(Version head) {
    if (!head.isTombstone()) {
      deleted.add(head.key());
    }
  }

  /**
   * Whether the loaded state cannot belong to the known history: one of its keys has a lower mod
   * revision than in the cache, or another value at the same one.
   */
  public boolean contradicts() {
    return contradicts;
  }

  /**
   * Whether the loaded state has a key whose mod revision was applied here but did not write that
   * key: the store's history has then diverged from the known one.
   */
  public boolean hasDiverged() {
    return diverges;
  }

  /**
   * Returns the highest mod revision of the keys present in the cache; 0 if there is none. No key
   * may be added afterwards.
   */
  public long newestModRevision() {
    end();
    return newestModRevision;
  }

  /** The highest mod revision of the keys that are equal in both states; 0 if there is none. */
  public long newestUnchanged() {
    return newestUnchanged;
  }

  private void end() {
    for (Version head = current; head != null; head = next()) {
      delete(head);
    }
    current = null;
  }

  /**
   * Returns the changes that turn the cached state into the loaded one. A key with the same mod
   * revision and value in both is left out, even if the store's history changed. No key may be
   * added afterwards.
   *
   * @param revision the mod revision of the deletions
   */
  public List<Change> difference(long revision) {
    end();
    deleted.forEach(key -> changed.add(new Change(key, null, revision)));
    deleted.clear();
    return changed;
  }
}
