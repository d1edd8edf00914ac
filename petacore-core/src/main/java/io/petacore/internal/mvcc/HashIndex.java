package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps each key to its newest version: an open-addressing hash table with linear probing, for one
 * writer and any number of readers.
 *
 * <p>The slots hold the versions themselves, so a lookup dereferences no table entry, and readers
 * never write. A version is stored in the first free slot from its home slot, the one its hash
 * selects; the next version of the key replaces it in place. A parallel array holds a tag for each
 * slot, seven bits of the hash. The tags of a probe share a cache line, so a lookup rarely reads
 * the version of another key, which would be a wasted cache miss.
 *
 * <p>Hashes are keyed with a secret of this process, see {@link Bytes#hashCode}. Their bits
 * therefore select slot and tag without further mixing, and probe sequences have the expected
 * length whatever the keys.
 *
 * <p><b>Why a reader finds a published key.</b> No slot between a key's home slot and its actual
 * slot is empty, and none becomes empty while the key is present: a removed key is replaced by
 * {@link #REMOVED}, which equals no key, and its slot is emptied only if the next one is empty.
 * Slot and tag are both written before the key is published, and a reader of that revision looks
 * them up afterwards, so their order does not matter. A full table is copied and replaced, never
 * resized in place. A reader of the old table finds every key that was present at the replacement,
 * and the revision it reads at was published before that.
 */
final class HashIndex {

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Version[].class);
  private static final VarHandle TAG = MethodHandles.arrayElementVarHandle(byte[].class);

  private static final int MIN_SLOTS = 16;
  private static final int MAX_SLOTS = 1 << 30;

  /** The maximum number of keys that {@link #prefetch} reads. */
  static final int PREFETCH = 64;

  private static final Version REMOVED = Version.first(Bytes.EMPTY, null, 0, 0);

  private static final byte EMPTY = 0; // no version has this tag

  private volatile Table table = new Table(MIN_SLOTS);
  private int size; // writer only
  private int used; // writer only; the number of slots that are not empty
  private final @Nullable Version[] prefetched = new Version[PREFETCH]; // writer only

  @SuppressWarnings("UnusedVariable") // keeps the compiler from eliminating the prefetch
  private int blackhole;

  /** The slots and their tags. */
  private static final class Table {
    final @Nullable Version[] slots;
    final byte[] tags;

    Table(int size) {
      slots = new Version[size];
      tags = new byte[size];
    }

    int mask() {
      return slots.length - 1;
    }

    void put(int i, Version version) {
      SLOT.setRelease(slots, i, version);
      TAG.setRelease(tags, i, tag(version.hash()));
    }

    void empty(int i) {
      TAG.setRelease(tags, i, EMPTY);
      SLOT.setRelease(slots, i, null);
    }
  }

  /**
   * Returns the newest version of a key; null if it has none.
   *
   * <p>The key is compared outside the probing loop to keep this method small enough to be inlined.
   */
  @Nullable Version get(Bytes key) {
    int hash = BytesArray.hash(key);
    byte wanted = tag(hash);
    Table current = table;
    int mask = current.mask();
    int i = hash & mask;
    while (true) {
      byte tag = (byte) TAG.getAcquire(current.tags, i);
      if (tag == wanted) {
        Version newest = (Version) SLOT.getAcquire(current.slots, i);
        if (newest == null || newest.hash() == hash) {
          return newest == null || newest.isOf(key) ? newest : getAfter(i, key, current);
        }
      } else if (tag == EMPTY) {
        return null;
      }
      i = (i + 1) & mask;
    }
  }

  /** Continues a lookup after the slot of another key with the same hash. */
  private static @Nullable Version getAfter(int other, Bytes key, Table current) {
    int mask = current.mask();
    int i = other;
    while (true) {
      i = (i + 1) & mask;
      Version newest = (Version) SLOT.getAcquire(current.slots, i);
      if (newest == null || newest.isOf(key)) {
        return newest;
      }
    }
  }

  /**
   * Reads the versions in the home slots of the next changes. Writer only.
   *
   * <p>These reads are independent, so the processor overlaps their cache misses; those of the
   * lookups that follow would come one after the other.
   *
   * @param from the index of the first change to prefetch; up to {@link #PREFETCH} are
   */
  void prefetch(List<Change> changes, int from) {
    int keys = Math.min(PREFETCH, changes.size() - from);
    if (keys == 1) {
      return;
    }
    Table current = table;
    for (int i = 0; i < keys; i++) {
      prefetched[i] = current.slots[changes.get(from + i).key().hashCode() & current.mask()];
    }
    int all = 0;
    for (int i = 0; i < keys; i++) {
      Version version = prefetched[i];
      all += version == null ? 0 : version.touch();
      prefetched[i] = null;
    }
    blackhole = all;
  }

  /** Ensures capacity for a number of additional keys, up to the maximum. Writer only. */
  void ensureCapacity(long keys) {
    if (remaining() < keys) {
      rebuild(size + keys);
    }
  }

  /** Adds the first version of a key that has none. Writer only. */
  void add(Version first) {
    if (remaining() == 0) {
      rebuild(size + size / 4 + 1);
    }
    insert(table, first);
    size++;
  }

  /** Replaces the newest version of a key with the next one. Writer only. */
  void replace(Version newest, Version next) {
    assert next.hash() == newest.hash() : "versions of different keys";
    Table current = table;
    SLOT.setRelease(current.slots, slotOf(newest, current), next);
  }

  /** Removes the key of a version, which must be its newest one. Writer only. */
  void remove(Version newest) {
    Table current = table;
    int mask = current.mask();
    int i = slotOf(newest, current);
    current.put(i, REMOVED);
    size--;
    if (current.slots[(i + 1) & mask] == null) {
      for (; current.slots[i] == REMOVED; i = (i - 1) & mask) {
        current.empty(i);
        used--;
      }
    }
  }

  /** Removes all keys. Writer only. */
  void clear() {
    table = new Table(MIN_SLOTS);
    size = 0;
    used = 0;
  }

  /** The number of keys. Exact for the writer only. */
  int size() {
    return size;
  }

  private static int slotOf(Version newest, Table table) {
    int mask = table.mask();
    int i = newest.hash() & mask;
    while (table.slots[i] != newest) {
      assert table.slots[i] != null : "not the newest version of its key: " + newest.key();
      i = (i + 1) & mask;
    }
    return i;
  }

  /** The number of keys that can be added before the table is replaced. Writer only. */
  int remaining() {
    return capacity(table.slots.length) - used;
  }

  /** The maximum number of used slots, so that probes are short; at least one stays empty. */
  private static int capacity(int slots) {
    return slots < MAX_SLOTS ? slots / 2 : slots - 1;
  }

  /**
   * Replaces the table with one of a given capacity. A full table grows by a quarter, or else a few
   * keys that are added and removed would have it replaced again and again.
   */
  private void rebuild(long keys) {
    @Nullable Version[] old = table.slots;
    int slots = MIN_SLOTS;
    while (slots < MAX_SLOTS && capacity(slots) < keys) {
      slots *= 2;
    }
    Table next = new Table(slots);
    used = 0;
    for (Version newest : old) {
      if (newest != null && newest != REMOVED) {
        insert(next, newest);
      }
    }
    table = next;
  }

  private void insert(Table into, Version first) {
    int mask = into.mask();
    int i = first.hash() & mask;
    while (into.slots[i] != null && into.slots[i] != REMOVED) {
      i = (i + 1) & mask;
    }
    if (into.slots[i] == null) {
      used++;
    }
    into.put(i, first);
  }

  /** Seven bits that are nearly independent of the home slot, and one that marks a used slot. */
  private static byte tag(int hash) {
    return (byte) ((hash >>> 24) | 1);
  }

  /** The number of slots that the longest probe for a present key reads. Writer only. */
  int longestProbe() {
    int longest = 0;
    Table current = table;
    for (Version version : current.slots) {
      if (version != null && version != REMOVED) {
        int probed = ((slotOf(version, current) - version.hash()) & current.mask()) + 1;
        longest = Math.max(longest, probed);
      }
    }
    return longest;
  }
}
