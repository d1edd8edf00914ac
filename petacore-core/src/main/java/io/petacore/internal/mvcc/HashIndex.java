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
 * <p>The versions themselves stand in the slots, so a lookup touches no object of the table's own,
 * and no reader ever writes. A version stands in the first free slot from the place that its hash
 * names; the next version of its key takes that slot over. Beside the slots stand tags, seven bits
 * of each hash, close enough together for a processor's cache: so the lookup of one key hardly ever
 * touches the version of another, which would be a miss for nothing.
 *
 * <p>The hash of a key is random but for who knows this process's secret, see {@link
 * Bytes#hashCode}: so its bits name place and tag as they are, and searches are as short as those
 * of random places, whatever the keys.
 *
 * <p><b>Why a reader finds what is there.</b> From a key's place to the slot where it stands no
 * slot is empty, and none becomes so while it stands there: a key that leaves in the midst of
 * others is replaced by {@link #GONE}, which matches no key, and its slot becomes empty only where
 * the next one is. Slot and tag are both written before the key is published, and whoever may ask
 * for it looks after that, so they need no order among themselves. A table that is too full is
 * copied and replaced, never changed in size; a reader in the old one finds all that was there when
 * it was replaced, which is all that it can ask for: what it reads at was published before it took
 * the table.
 */
final class HashIndex {

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Version[].class);
  private static final VarHandle TAG = MethodHandles.arrayElementVarHandle(byte[].class);

  private static final int LEAST_SLOTS = 16;
  private static final int MOST_SLOTS = 1 << 30;

  /** How many keys are read ahead at a time. */
  static final int AHEAD = 64;

  private static final Version GONE = Version.first(Bytes.EMPTY, null, 0, 0);

  private static final byte EMPTY = 0; // no version has this tag

  private volatile Table table = new Table(LEAST_SLOTS);
  private int size; // writer only
  private int taken; // writer only; slots that are not empty
  private final @Nullable Version[] ahead = new Version[AHEAD]; // writer only

  @SuppressWarnings("UnusedVariable") // holds what was read ahead, else compilers leave that out
  private int read;

  /** Slots, and the tags of what stands in them. */
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
   * The newest version of a key; null if it has none.
   *
   * <p>The keys are compared behind the search and not within it, since compilers write the body of
   * a loop twice: what is as small as this is put into the code that asks.
   */
  @Nullable Version get(Bytes key) {
    int hash = BytesArray.hash(key);
    byte wanted = tag(hash);
    Table now = table;
    int mask = now.mask();
    int i = hash & mask;
    while (true) {
      byte tag = (byte) TAG.getAcquire(now.tags, i);
      if (tag == wanted) {
        Version newest = (Version) SLOT.getAcquire(now.slots, i);
        if (newest == null || newest.hash() == hash) {
          return newest == null || newest.isOf(key) ? newest : behind(i, key, now);
        }
      } else if (tag == EMPTY) {
        return null;
      }
      i = (i + 1) & mask;
    }
  }

  /** The newest version of a key, behind that of another one with the same hash. */
  private static @Nullable Version behind(int other, Bytes key, Table now) {
    int mask = now.mask();
    int i = other;
    while (true) {
      i = (i + 1) & mask;
      Version newest = (Version) SLOT.getAcquire(now.slots, i);
      if (newest == null || newest.isOf(key)) {
        return newest;
      }
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
    Table now = table;
    for (int i = 0; i < keys; i++) {
      ahead[i] = now.slots[changes.get(from + i).key().hashCode() & now.mask()];
    }
    int all = 0;
    for (int i = 0; i < keys; i++) {
      Version version = ahead[i];
      all += version == null ? 0 : version.touch();
      ahead[i] = null;
    }
    read = all;
  }

  /** Writer only: makes room for so many more keys, as far as there can be. */
  void makeRoom(long keys) {
    if (room() < keys) {
      rebuild(size + keys);
    }
  }

  /** Writer only: adds the first version of a key that has none. */
  void add(Version first) {
    if (room() == 0) {
      rebuild(size + size / 4 + 1);
    }
    place(table, first);
    size++;
  }

  /** Writer only: puts a version of a key in the place of another one, which has the same tag. */
  void replace(Version newest, Version next) {
    Table now = table;
    SLOT.setRelease(now.slots, slotOf(newest, now), next);
  }

  /** Writer only: removes a key, whose newest version is given. */
  void remove(Version newest) {
    Table now = table;
    int mask = now.mask();
    int i = slotOf(newest, now);
    now.put(i, GONE);
    size--;
    if (now.slots[(i + 1) & mask] == null) {
      for (; now.slots[i] == GONE; i = (i - 1) & mask) {
        now.empty(i);
        taken--;
      }
    }
  }

  /** Writer only: removes everything. */
  void clear() {
    table = new Table(LEAST_SLOTS);
    size = 0;
    taken = 0;
  }

  /** How many keys there are. Exact for the writer. */
  int size() {
    return size;
  }

  private static int slotOf(Version newest, Table table) {
    int mask = table.mask();
    int i = newest.hash() & mask;
    while (table.slots[i] != newest) {
      i = (i + 1) & mask;
    }
    return i;
  }

  /** Writer only: how many keys can be added before the table is replaced. */
  int room() {
    return capacity(table.slots.length) - taken;
  }

  /** How many slots may be taken, so that searches are short; one is always left empty. */
  private static int capacity(int slots) {
    return slots < MOST_SLOTS ? slots / 2 : slots - 1;
  }

  /**
   * Into a table with room for so many keys. When it is full that is a quarter more than there are:
   * else a few keys that come and go would have it replaced again and again.
   */
  private void rebuild(long keys) {
    @Nullable Version[] old = table.slots;
    int slots = LEAST_SLOTS;
    while (slots < MOST_SLOTS && capacity(slots) < keys) {
      slots *= 2;
    }
    Table next = new Table(slots);
    taken = 0;
    for (Version newest : old) {
      if (newest != null && newest != GONE) {
        place(next, newest);
      }
    }
    table = next;
  }

  private void place(Table into, Version first) {
    int mask = into.mask();
    int i = first.hash() & mask;
    while (into.slots[i] != null && into.slots[i] != GONE) {
      i = (i + 1) & mask;
    }
    if (into.slots[i] == null) {
      taken++;
    }
    into.put(i, first);
  }

  /** Seven bits that hardly tell where the key stands, and one that tells it from no key. */
  private static byte tag(int hash) {
    return (byte) ((hash >>> 24) | 1);
  }

  /** Writer only: how many slots the longest search for a key that is there looks at. */
  int longestSearch() {
    int longest = 0;
    Table now = table;
    for (Version version : now.slots) {
      if (version != null && version != GONE) {
        int searched = ((slotOf(version, now) - version.hash()) & now.mask()) + 1;
        longest = Math.max(longest, searched);
      }
    }
    return longest;
  }
}
