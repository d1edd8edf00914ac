package io.petacore.internal.decoded;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The decoded values of a storage, within a bound on their estimated heap footprint.
 *
 * <p>A value belongs to a version, and a version keeps one {@link Bytes} object for it as long as
 * it lives. So an entry is valid for a reader that holds this very object, whatever has been
 * applied since: an entry is never invalidated, and one that no version refers to any more is only
 * never found. The codec is compared as well; and the key, if what the codec decodes depends on it:
 * versions of different keys may share a value object.
 *
 * <p><b>Where it hangs.</b> Beside the versions, in a hash table of its own: a field in each
 * version would cost every key 8 bytes, and a reader one more cache miss that has to wait for the
 * version. The slot depends on the key's hash only, so the processor reads it while it still waits
 * for the version.
 *
 * <p><b>Concurrency.</b> Readers take no lock. They find either an entry, whose fields are final,
 * or nothing, in which case they decode. Entries are added and evicted under a lock that no reader
 * waits for: if it is taken, the value is not kept this time.
 *
 * <p><b>Eviction</b> is the clock algorithm: a reader marks the entry that it uses; the hand clears
 * marks, and evicts entries without one.
 */
@SuppressWarnings("ReferenceEquality") // of values: the same object means the same version
public final class DecodedValues {

  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(Entry[].class);

  /** An entry stands in one of so many slots from its home on. */
  private static final int WINDOW = 8;

  private static final int MIN_SLOTS = 64;
  private static final int MAX_SLOTS = 1 << 28;

  /** The estimated bytes of an entry and its slots, without its key and its decoded value. */
  static final int ENTRY_BYTES = 104;

  private static final class Entry {
    final Object codec;
    final Bytes key;
    final Bytes value;
    final Object decoded;
    final int hash;
    final long bytes;
    boolean used; // written by any thread, without order

    Entry(Object codec, Bytes key, Bytes value, Object decoded, long bytes) {
      this.codec = codec;
      this.key = key;
      this.value = value;
      this.decoded = decoded;
      this.hash = key.hashCode();
      this.bytes = bytes;
    }

    boolean isOf(Object otherCodec, boolean dependsOnKey, Bytes otherKey, Bytes otherValue) {
      return value == otherValue && codec == otherCodec && (!dependsOnKey || key.equals(otherKey));
    }

    Object use() {
      if (!used) {
        used = true;
      }
      return decoded;
    }

    boolean isOfKey(Object otherCodec, Bytes otherKey) {
      return codec == otherCodec && key.equals(otherKey);
    }
  }

  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced when it is full; its length is a power of two. Written under the lock. */
  private volatile @Nullable Entry[] table = new Entry[MIN_SLOTS];

  @GuardedBy("lock")
  private int entries;

  @GuardedBy("lock")
  private long bytes;

  @GuardedBy("lock")
  private int hand;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * @param maxBytes the bound on the estimated heap footprint, in bytes; 0 to keep nothing
   */
  public DecodedValues(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Returns what a codec has decoded from a value.
   *
   * @param codec the identity of the codec
   * @param dependsOnKey whether what it decodes depends on the key; comparing keys costs two cache
   *     misses
   * @param key the key of the entry; not kept
   * @param value the object that was read
   * @return null if it has to be decoded
   */
  public @Nullable Object find(Object codec, boolean dependsOnKey, Bytes key, Bytes value) {
    @Nullable Entry[] current = table;
    int home = key.hashCode();
    Entry entry = (Entry) ENTRY.getAcquire(current, home & (current.length - 1));
    // Small enough to be inlined: most entries stand in their first slot.
    return entry != null && entry.isOf(codec, dependsOnKey, key, value)
        ? entry.use()
        : findAfter(current, home, codec, dependsOnKey, key, value);
  }

  private static @Nullable Object findAfter(
      @Nullable Entry[] current,
      int home,
      Object codec,
      boolean dependsOnKey,
      Bytes key,
      Bytes value) {
    for (int i = 1; i < WINDOW; i++) {
      Entry entry = (Entry) ENTRY.getAcquire(current, (home + i) & (current.length - 1));
      if (entry != null && entry.isOf(codec, dependsOnKey, key, value)) {
        return entry.use();
      }
    }
    return null;
  }

  /**
   * Keeps what a codec has decoded from a value, if the bound allows.
   *
   * @param key the key of the entry; kept
   * @param decodedBytes the estimated heap footprint of the decoded value
   */
  public void keep(Object codec, Bytes key, Bytes value, Object decoded, long decodedBytes) {
    long size = ENTRY_BYTES + key.length() + Math.max(0, decodedBytes);
    if (size > maxBytes || size < decodedBytes || !lock.tryLock()) {
      return;
    }
    try {
      if (!closed) {
        Entry entry = new Entry(codec, key, value, decoded, size);
        insert(entry);
        evictBeside(entry);
        shrink();
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void insert(Entry entry) {
    // Each entry that a reader passes is a cache miss, so slots in front of others must be few.
    if (entries > table.length / 8 && table.length < MAX_SLOTS) {
      resize(table.length * 2);
    }
    while (true) {
      int slot = slotFor(entry);
      @Nullable Entry[] current = table;
      Entry before = current[slot];
      boolean replaces = before == null || before.isOfKey(entry.codec, entry.key);
      // A full window in a table that is mostly empty is bad luck; in another one, a reason to
      // grow.
      if (replaces || entries < current.length / 8 || current.length == MAX_SLOTS) {
        put(slot, entry);
        return;
      }
      resize(current.length * 2);
    }
  }

  /**
   * Returns the slot of an older version of the same key that has not been read lately, so that two
   * versions that are both read stay; else an empty slot; else one that has not been read lately.
   */
  @GuardedBy("lock")
  private int slotFor(Entry entry) {
    @Nullable Entry[] current = table;
    int mask = current.length - 1;
    int empty = -1;
    int unused = -1;
    for (int i = 0; i < WINDOW; i++) {
      int slot = (entry.hash + i) & mask;
      Entry there = current[slot];
      if (there == null) {
        empty = empty < 0 ? slot : empty;
      } else if (there.isOfKey(entry.codec, entry.key)) {
        if (!there.used || there.value == entry.value) {
          return slot;
        }
        there.used = false;
      } else if (!there.used && unused < 0) {
        unused = slot;
      }
    }
    if (empty >= 0) {
      return empty;
    }
    return unused >= 0 ? unused : entry.hash & mask;
  }

  @GuardedBy("lock")
  private void put(int slot, @Nullable Entry entry) {
    @Nullable Entry[] current = table;
    Entry before = current[slot];
    if (before != null) {
      entries--;
      bytes -= before.bytes;
    }
    if (entry != null) {
      entries++;
      bytes += entry.bytes;
    }
    ENTRY.setRelease(current, slot, entry);
  }

  /** Evicts entries until the bound holds; never the given one, which alone is within it. */
  @GuardedBy("lock")
  private void evictBeside(Entry kept) {
    @Nullable Entry[] current = table;
    while (bytes > maxBytes) {
      hand = (hand + 1) & (current.length - 1);
      Entry entry = current[hand];
      if (entry == null || entry == kept) {
        continue;
      }
      if (entry.used) {
        entry.used = false;
      } else {
        put(hand, null);
      }
    }
  }

  /** Keeps the hand's way through empty slots short. */
  @GuardedBy("lock")
  private void shrink() {
    int slots = table.length;
    if (slots > MIN_SLOTS && entries < slots / 32) {
      resize(slots / 2);
    }
  }

  @GuardedBy("lock")
  private void resize(int slots) {
    @Nullable Entry[] old = table;
    table = new Entry[slots];
    entries = 0;
    bytes = 0;
    for (Entry entry : old) {
      if (entry != null) {
        put(slotFor(entry), entry);
      }
    }
  }

  /** Releases all entries, and keeps none from now on. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      table = new Entry[MIN_SLOTS];
      entries = 0;
      bytes = 0;
    } finally {
      lock.unlock();
    }
  }

  /** The number of entries. */
  public int size() {
    lock.lock();
    try {
      return entries;
    } finally {
      lock.unlock();
    }
  }

  /** The estimated heap footprint, in bytes. */
  public long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
