package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The secondary indexes of a cache: derives their entries from the changes of keys. Writer only
 * where nothing else is said.
 *
 * <p><b>Entries follow the remembered ones, whatever fails between.</b> The entries of a key are
 * linked before its own version. If that ends half-way, by an {@link Error}, the key's newest
 * version is still the old one, and the key remembers a superset of the entries that may have been
 * linked; so the next change of the key, or the resync that finds it different, corrects all of
 * them. Those of a new key that was not linked itself are removed by the next revision.
 */
public final class SecondaryIndexes {

  private static final Bytes PRESENT = Bytes.EMPTY; // the value of every entry
  private static final int FEW = 8;

  private final History history;
  private final LongChains longChains;
  private final IndexLoad load = new IndexLoad(this);
  private final IndexFailures failures = new IndexFailures();
  private final List<IndexEntryChain> claimed = new ArrayList<>(); // added to unique indexes
  private volatile Map<String, SecondaryIndex> byName = Map.of(); // set before the initial load
  private volatile List<SecondaryIndex> unique = List.of();
  private SecondaryIndex[] all = {};
  private @Nullable IndexedKeyChain last; // whose entries were linked last
  private int size;
  private long bytes;

  SecondaryIndexes(History history, LongChains longChains) {
    this.history = history;
    this.longChains = longChains;
  }

  /** Adds indexes; to be called before the initial load, by the thread that makes the cache. */
  public void define(List<IndexDefinition> definitions) {
    Map<String, SecondaryIndex> defined = new LinkedHashMap<>();
    definitions.forEach(each -> defined.put(each.name(), new SecondaryIndex(each)));
    all = defined.values().toArray(new SecondaryIndex[0]);
    byName = Collections.unmodifiableMap(defined);
    unique = defined.values().stream().filter(SecondaryIndex::isUnique).toList();
  }

  /** All indexes, in the order of their definition. Safe for use by many threads. */
  public Collection<SecondaryIndex> all() {
    return byName.values();
  }

  /** The unique indexes. Safe for use by many threads. */
  public List<SecondaryIndex> unique() {
    return unique;
  }

  /**
   * Returns the index with a name. Safe for use by many threads.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public SecondaryIndex get(String name) {
    SecondaryIndex index = byName.get(name);
    if (index == null) {
      throw new IllegalArgumentException(
          "the storage was opened without an index '"
              + name
              + "'; it has "
              + (byName.isEmpty() ? "none" : String.join(", ", byName.keySet())));
    }
    return index;
  }

  /** What functions and foreign programs have done wrong. Safe for use by many threads. */
  public IndexFailures failures() {
    return failures;
  }

  /** The number of index entries. */
  int size() {
    return size;
  }

  /** The estimated heap footprint of the entries with their newest versions, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Creates the chain of a key, without versions. */
  VersionChain newChain(Bytes key) {
    for (SecondaryIndex index : all) {
      if (index.covers(key)) {
        return new IndexedKeyChain(key);
      }
    }
    return new VersionChain(key);
  }

  /** Derives the entries of a loaded key; they are linked by {@link #publish}. */
  void load(IndexedKeyChain indexed, Change change) {
    load.add(indexed, change, all);
  }

  /** Links the entries that follow from a change, which is linked next. */
  void update(IndexedKeyChain indexed, Change change, long timestamp, long now) {
    last = indexed;
    IndexEntryChain[] before = indexed.entries();
    IndexEntryChain[] after = entriesOf(indexed, change.value());
    if (isSame(before, after)) {
      return;
    }
    Predicate<IndexEntryChain> had = in(before);
    Predicate<IndexEntryChain> kept = in(after);
    indexed.remember(union(before, after));
    for (IndexEntryChain entry : before) {
      if (!kept.test(entry)) {
        link(entry, null, change.modRevision(), timestamp, now);
      }
    }
    for (IndexEntryChain entry : after) {
      if (!had.test(entry)) {
        entry.refersTo(indexed);
        link(entry, PRESENT, change.modRevision(), timestamp, now);
      }
    }
    indexed.remember(after);
  }

  /** Removes the entries of a new key that was not linked itself; called before each revision. */
  void removeOrphans(long timestamp, long now) {
    if (last != null && !last.hasVersions()) {
      for (IndexEntryChain orphan : last.entries()) {
        link(orphan, null, 0, timestamp, now);
      }
    }
    last = null;
  }

  private IndexEntryChain[] entriesOf(IndexedKeyChain indexed, @Nullable Bytes value) {
    if (value == null) {
      return IndexedKeyChain.NONE;
    }
    IndexEntryChain[] before = indexed.entries();
    IndexEntryChain[] entries = new IndexEntryChain[Math.max(1, before.length)];
    int count = 0;
    for (SecondaryIndex index : all) {
      for (Bytes indexKey : keysOf(index, indexed, value)) {
        if (count == entries.length) {
          entries = Arrays.copyOf(entries, 2 * count);
        }
        entries[count++] = entryOf(index, indexKey, indexed, before);
      }
    }
    return count == entries.length ? entries : Arrays.copyOf(entries, count);
  }

  List<Bytes> keysOf(SecondaryIndex index, IndexedKeyChain indexed, Bytes value) {
    Bytes key = indexed.key();
    return index.covers(key)
        ? index.keysOf(
            key,
            value,
            failure -> failures.functionFailed(index, key, failure, indexed.markFailureReported()))
        : List.of();
  }

  private static IndexEntryChain entryOf(
      SecondaryIndex index, Bytes indexKey, IndexedKeyChain indexed, IndexEntryChain[] before) {
    Bytes key = indexed.key();
    if (before.length <= FEW) {
      for (IndexEntryChain entry : before) {
        if (entry.index() == index && IndexKeys.isPosition(entry.key(), indexKey, key)) {
          return entry;
        }
      }
    }
    Bytes position = IndexKeys.position(indexKey, key);
    VersionChain known = index.tree.find(position); // with a history, or one of many
    return known == null ? new IndexEntryChain(index, position, indexed) : (IndexEntryChain) known;
  }

  private static boolean isSame(IndexEntryChain[] before, IndexEntryChain[] after) {
    return Arrays.equals(before, after); // by identity
  }

  private static Predicate<IndexEntryChain> in(IndexEntryChain[] entries) {
    if (entries.length > FEW) {
      Set<IndexEntryChain> set = Collections.newSetFromMap(new IdentityHashMap<>());
      Collections.addAll(set, entries);
      return set::contains;
    }
    return entry -> {
      for (IndexEntryChain each : entries) {
        if (each == entry) {
          return true;
        }
      }
      return false;
    };
  }

  /** All of both; some may be in it twice. */
  private static IndexEntryChain[] union(IndexEntryChain[] one, IndexEntryChain[] other) {
    IndexEntryChain[] union = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, union, one.length, other.length);
    return union;
  }

  private void link(
      IndexEntryChain entry, @Nullable Bytes value, long modRevision, long timestamp, long now) {
    if (!entry.hasVersions()) {
      if (value != null) {
        linkFirst(entry, modRevision, timestamp);
        addClaim(entry);
      }
      return;
    }
    Version head = entry.head();
    if (head.isTombstone() && value != null) {
      addClaim(entry);
    }
    int before = entry.headBytes();
    Version next = head.next(value, timestamp, modRevision, longChains);
    entry.link(next, MemoryUsage.ofIndexVersion(next));
    bytes += entry.headBytes() - before;
    if (head.timestamp() == timestamp) {
      history.replaced(next, now);
    } else {
      history.superseded(before, next, now);
    }
  }

  /** Links the first version of an entry, and adds the entry to its tree. */
  void linkFirst(IndexEntryChain entry, long modRevision, long timestamp) {
    Version first = Version.first(entry, PRESENT, timestamp, modRevision);
    entry.link(first, MemoryUsage.ofIndexVersion(first));
    entry.index().tree.add(entry);
    size++;
    bytes += MemoryUsage.ofIndexEntry(entry.key()) + entry.headBytes();
  }

  private void addClaim(IndexEntryChain entry) {
    if (entry.index().isUnique()) {
      claimed.add(entry);
    }
  }

  /** Removes an entry whose only version is a tombstone. */
  void remove(IndexEntryChain entry) {
    entry.index().tree.remove(entry.key());
    size--;
    bytes -= MemoryUsage.ofIndexEntry(entry.key()) + entry.headBytes();
  }

  /** Removes all entries. */
  void clear() {
    for (SecondaryIndex index : all) {
      index.tree.clear();
    }
    load.clear();
    claimed.clear();
    last = null;
    size = 0;
    bytes = 0;
  }

  /** Makes all changes so far visible to readers. */
  void publish() {
    load.finish();
    claimed.forEach(this::reportOtherHolder);
    claimed.clear();
    for (SecondaryIndex index : all) {
      index.tree.publish();
    }
  }

  /** Reports an entry whose unique index key another one has, too: a foreign write. */
  private void reportOtherHolder(IndexEntryChain added) {
    if (added.head().isTombstone()) {
      return; // removed in the same revision
    }
    PageCursor holders =
        added.index().tree.scanUnpublished(IndexKeys.sameIndexKey(added.key(), added.indexedKey()));
    while (holders.hasNext()) {
      IndexEntryChain holder = (IndexEntryChain) holders.next();
      if (holder != added && !holder.head().isTombstone()) {
        failures.notUnique(added, holder);
        return;
      }
    }
  }
}
