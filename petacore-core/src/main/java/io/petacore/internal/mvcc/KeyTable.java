package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.internal.format.ReservedKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer's view of all keys: links versions into both indexes and keeps the counts. Readers use
 * the indexes only.
 */
final class KeyTable {

  /**
   * The timestamp of loaded versions: they are loaded before the timestamp of their revision is
   * known, and no older timestamp can be read.
   */
  private static final long LOADED = 1;

  final HashIndex hashIndex = new HashIndex();
  final OrderedIndex orderedIndex = new OrderedIndex();
  private final History history;
  private final LongChains longChains;
  final SecondaryIndexes indexes;
  private long present; // keys of the application
  private long bytes; // of all keys and their newest versions

  KeyTable(History history, LongChains longChains) {
    this.history = history;
    this.longChains = longChains;
    this.indexes = new SecondaryIndexes(history, longChains);
  }

  /** Removes all keys. */
  void clear() {
    hashIndex.clear();
    orderedIndex.clear();
    indexes.clear();
    present = 0;
    bytes = 0;
  }

  /** The number of keys of the application that are present. */
  long present() {
    return present;
  }

  /** The number of keys and of entries of secondary indexes. */
  long size() {
    return (long) hashIndex.size() + indexes.size();
  }

  /**
   * The estimated heap footprint of all keys and index entries with their newest versions, in
   * bytes.
   */
  long bytes() {
    return bytes + indexes.bytes();
  }

  /** Adds a key that is not in the table. */
  void load(Change change) {
    countPresence(change.key(), null, change.value());
    VersionChain chain = indexes.newChain(change.key());
    linkFirst(change, chain, LOADED);
    if (chain instanceof IndexedKeyChain indexed) {
      indexes.load(indexed, change);
    }
  }

  /** Links the versions of a revision; of several changes to one key, the last one wins. */
  void link(List<Change> changes, long timestamp, long now) {
    indexes.removeOrphans(timestamp, now);
    for (int i = 0; i < changes.size(); i++) {
      if (i % HashIndex.PREFETCH == 0) {
        hashIndex.prefetch(changes, i);
      }
      link(changes.get(i), timestamp, now);
    }
  }

  private void link(Change change, long timestamp, long now) {
    Bytes key = change.key();
    Version head = hashIndex.get(key);
    countPresence(key, head, change.value());
    VersionChain chain = head == null ? indexes.newChain(key) : head.chain();
    if (chain instanceof IndexedKeyChain indexed) {
      indexes.update(indexed, change, timestamp, now);
    }
    if (head == null) {
      linkFirst(change, chain, timestamp);
      return;
    }
    int before = chain.headBytes();
    Version next = head.next(change.value(), timestamp, change.modRevision(), longChains);
    chain.link(next);
    hashIndex.replace(head, next);
    bytes += chain.headBytes() - before;
    if (head.timestamp() == timestamp) {
      history.replaced(next, now);
    } else {
      history.superseded(before, next, now);
    }
  }

  private void linkFirst(Change change, VersionChain chain, long timestamp) {
    if (change.value() == null) {
      return;
    }
    Version first = Version.first(chain, change.value(), timestamp, change.modRevision());
    chain.link(first);
    hashIndex.add(first);
    orderedIndex.add(first.chain());
    bytes += MemoryUsage.ofKey(first.key()) + MemoryUsage.ofVersion(first);
  }

  private void countPresence(Bytes key, @Nullable Version before, @Nullable Bytes after) {
    if (ReservedKeys.isReserved(key)) {
      return;
    }
    boolean wasPresent = before != null && !before.isTombstone();
    present += (after == null ? 0L : 1L) - (wasPresent ? 1L : 0L);
  }

  /** Makes all changes so far visible to readers. */
  void publish() {
    orderedIndex.publish();
    indexes.publish();
  }

  /** Removes the key, or index entry, of a tombstone that is its only version. */
  void remove(Version tombstone) {
    if (tombstone.chain() instanceof IndexEntryChain entry) {
      indexes.remove(entry);
      return;
    }
    hashIndex.remove(tombstone);
    orderedIndex.remove(tombstone.key());
    bytes -= MemoryUsage.ofKey(tombstone.key()) + MemoryUsage.ofVersion(tombstone);
  }
}
