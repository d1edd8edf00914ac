package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The invariants of a cache, to be checked while nothing is written to it. */
public final class CacheInvariants {

  /** The number of waiters for a revision. */
  public static int countWaiters(MvccCache cache) {
    return cache.countWaiters();
  }

  private final MvccCache cache;
  private final boolean oneHistory;
  private final Consumer<String> broken;

  private CacheInvariants(MvccCache cache, boolean oneHistory, Consumer<String> broken) {
    this.cache = cache;
    this.oneHistory = oneHistory;
    this.broken = broken;
  }

  /**
   * Reports each broken invariant.
   *
   * @param oneHistory whether mod revisions must rise, since the store was never restored from a
   *     backup
   */
  public static void check(MvccCache cache, boolean oneHistory, Consumer<String> broken) {
    new CacheInvariants(cache, oneHistory, broken).check();
  }

  private void check() {
    Map<Bytes, Version> newest = new HashMap<>();
    PageCursor chains = cache.orderedIndex.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
    @Nullable Bytes last = null;
    while (chains.hasNext()) {
      Version head = chains.next().head();
      require(last == null || last.compareTo(head.key()) < 0, "out of order: " + head.key());
      last = head.key();
      newest.put(last, head);
    }
    int hashed = cache.hashIndex.size();
    require(
        newest.size() == hashed, "the indexes hold " + newest.size() + " and " + hashed + " keys");
    long versions = 0;
    long bytes = 0;
    long superseded = 0;
    long present = 0;
    for (Map.Entry<Bytes, Version> entry : newest.entrySet()) {
      Version head = entry.getValue();
      require(
          cache.hashIndex.get(entry.getKey()) == head, "the indexes differ on " + entry.getKey());
      bytes += MemoryUsage.ofKey(head.key()) + MemoryUsage.ofVersion(head);
      present += head.isTombstone() || head.key().byteAt(0) == 0 ? 0 : 1;
      versions++;
      for (Version v = head; v != null; v = v.older()) {
        @Nullable Version older = v.older();
        require(older == null || older.timestamp() < v.timestamp(), "out of order: " + head.key());
        require(
            !oneHistory || older == null || older.modRevision() < v.modRevision(),
            "mod revisions do not rise: " + head.key());
        if (older != null) {
          versions++;
          superseded += MemoryUsage.ofSuperseded(MemoryUsage.ofVersion(older));
        }
        if (v instanceof IndexedVersion indexed) {
          require(indexed.index().floor(v.timestamp()) == v, "not in its index: " + head.key());
        }
      }
    }
    for (SecondaryIndex index : cache.indexes().all()) {
      PageCursor entries = index.tree.scan(KeyRange.atLeast(Bytes.EMPTY), Order.ASCENDING);
      while (entries.hasNext()) {
        IndexEntryChain entry = (IndexEntryChain) entries.next();
        Version head = entry.head();
        Version indexed = newest.get(entry.indexedKey());
        require(
            head.isTombstone()
                || (indexed != null
                    && !indexed.isTombstone()
                    && indexed.chain() == entry.indexed()),
            "the index " + index.name() + " has an entry of another chain: " + entry.key());
        versions++;
        bytes += MemoryUsage.ofIndexEntry(entry.key()) + MemoryUsage.ofIndexVersion(head);
        for (Version v = head.older(); v != null; v = v.older()) {
          versions++;
          superseded += MemoryUsage.ofSuperseded(MemoryUsage.ofIndexVersion(v));
        }
      }
    }
    superseded += cache.history.logBytes();
    MemoryUsage usage = cache.memoryUsage();
    MemoryUsage counted = new MemoryUsage(versions, bytes + superseded, superseded);
    require(usage.equals(counted), "it counts " + usage + ", and has " + counted);
    long keys = cache.applied().keys();
    require(keys == present, "it counts " + keys + " keys, and has " + present);
    Long oldestPin = cache.history.oldestPin();
    require(
        !oneHistory || oldestPin == null || cache.horizon() <= oldestPin,
        "the horizon " + cache.horizon() + " is above the oldest pin, " + oldestPin);
    require(cache.horizon() <= cache.applied().timestamp(), "the horizon is above what is applied");
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      broken.accept(what);
    }
  }
}
