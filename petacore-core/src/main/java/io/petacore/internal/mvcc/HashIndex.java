package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest version of a key: a hash table with open addressing, of one writer and any
 * number of readers.
 *
 * <p>The versions themselves stand in the slots, each with its hash, so a lookup touches no object
 * of the table's own, and no reader ever writes. A version stands in the first free slot from the
 * place that its hash names; the next version of its key takes that slot over.
 *
 * <p><b>Why a reader finds what is there.</b> From a key's place to the slot where it stands no
 * slot is empty, and none becomes so while it stands there: a key that leaves in the midst of
 * others is replaced by {@link #GONE}, which matches no key, and its slot becomes empty only where
 * the next one is. A table that is too full is copied and replaced, never changed in size; a reader
 * in the old one finds all that was there when it was replaced, which is all that it can ask for:
 * what it reads at was published before it took the table.
 */
final class HashIndex {

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Version[].class);

  private static final int LEAST_SLOTS = 16;
  private static final int MOST_SLOTS = 1 << 30;

  /** How many keys are read ahead at a time. */
  static final int AHEAD = 64;

  /** Spreads hashes of keys that differ in their last bytes only, which are close to each other. */
  private static final int GOLDEN_RATIO = 0x9E3779B9;

  private static final Version GONE = Version.first(Bytes.EMPTY, null, 0, 0);

  private volatile @Nullable Version[] table = new Version[LEAST_SLOTS];
  private int size; // writer only
  private int taken; // writer only; slots that are not empty
  private final @Nullable Version[] ahead = new Version[AHEAD]; // writer only

  @SuppressWarnings("UnusedVariable") // holds what was read ahead, else compilers leave that out
  private int read;

  /** The newest version of a key; null if it has none. */
  @Nullable Version get(Bytes key) {
    int hash = key.hashCode();
    @Nullable Version[] slots = table;
    int mask = slots.length - 1;
    int i = place(hash, mask);
    while (true) {
      Version newest = (Version) SLOT.getAcquire(slots, i);
      if (newest == null || newest.isOf(key, hash)) {
        return newest;
      }
      i = (i + 1) & mask;
    }
  }

  /**
   * Writer only: reads what lookups of the next keys will read, as far as their first slots lead to
   * it. None of these reads waits for another, so a processor does many at a time; lookups wait for
   * memory one after another.
   */
  void readAhead(List<Change> changes, int from) {
    int keys = Math.min(AHEAD, changes.size() - from);
    if (keys == 1) {
      return;
    }
    @Nullable Version[] slots = table;
    for (int i = 0; i < keys; i++) {
      ahead[i] = slots[place(changes.get(from + i).key().hashCode(), slots.length - 1)];
    }
    int all = 0;
    for (int i = 0; i < keys; i++) {
      Version version = ahead[i];
      all += version == null ? 0 : version.touch();
      ahead[i] = null;
    }
    read = all;
  }

  /** Writer only: adds the first version of a key that has none. */
  void add(Version first) {
    if (room() == 0) {
      rebuild();
    }
    place(table, first);
    size++;
  }

  /** Writer only: puts a version of a key in the place of another one. */
  void replace(Version newest, Version next) {
    @Nullable Version[] slots = table;
    SLOT.setRelease(slots, slotOf(newest, slots), next);
  }

  /** Writer only: removes a key, whose newest version is given. */
  void remove(Version newest) {
    @Nullable Version[] slots = table;
    int mask = slots.length - 1;
    int i = slotOf(newest, slots);
    SLOT.setRelease(slots, i, GONE);
    size--;
    if (slots[(i + 1) & mask] == null) {
      for (; slots[i] == GONE; i = (i - 1) & mask) {
        SLOT.setRelease(slots, i, null);
        taken--;
      }
    }
  }

  /** Writer only: removes everything. */
  void clear() {
    table = new Version[LEAST_SLOTS];
    size = 0;
    taken = 0;
  }

  /** How many keys there are. Exact for the writer. */
  int size() {
    return size;
  }

  private static int slotOf(Version newest, @Nullable Version[] slots) {
    int mask = slots.length - 1;
    int i = place(newest.hash(), mask);
    while (slots[i] != newest) {
      i = (i + 1) & mask;
    }
    return i;
  }

  /** Writer only: how many keys can be added before the table is replaced. */
  int room() {
    return capacity(table.length) - taken;
  }

  /** How many slots may be taken, so that searches are short; one is always left empty. */
  private static int capacity(int slots) {
    return slots < MOST_SLOTS ? slots / 2 : slots - 1;
  }

  /**
   * Into a table of a size that leaves room for at least a quarter of the keys: else a few keys
   * that come and go would have it replaced again and again.
   */
  private void rebuild() {
    @Nullable Version[] old = table;
    int slots = LEAST_SLOTS;
    while (slots < MOST_SLOTS && capacity(slots) < size + size / 4 + 1) {
      slots *= 2;
    }
    @Nullable Version[] next = new Version[slots];
    taken = 0;
    for (Version newest : old) {
      if (newest != null && newest != GONE) {
        place(next, newest);
      }
    }
    table = next;
  }

  private void place(@Nullable Version[] slots, Version first) {
    int mask = slots.length - 1;
    int i = place(first.hash(), mask);
    while (slots[i] != null && slots[i] != GONE) {
      i = (i + 1) & mask;
    }
    if (slots[i] == null) {
      taken++;
    }
    SLOT.setRelease(slots, i, first);
  }

  private static int place(int hash, int mask) {
    int spread = hash * GOLDEN_RATIO;
    return (spread ^ spread >>> 15) & mask;
  }
}
