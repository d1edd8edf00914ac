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
  private long present; // keys of the application
  private long bytes; // of all keys and their newest versions

  KeyTable(History history, LongChains longChains) {
    this.history = history;
    this.longChains = longChains;
  }

  /** Removes all keys. */
  void clear() {
    hashIndex.clear();
    orderedIndex.clear();
    present = 0;
    bytes = 0;
  }

  /** The number of keys of the application that are present. */
  long present() {
    return present;
  }

  /** The estimated heap footprint of all keys with their newest versions, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Adds a key that is not in the table. */
  void load(Change change) {
    countPresence(change.key(), null, change.value());
    linkFirst(change, LOADED);
  }

  /** Links the versions of a revision; of several changes to one key, the last one wins. */
  void link(List<Change> changes, long timestamp, long now) {
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
    if (head == null) {
      linkFirst(change, timestamp);
      return;
    }
    VersionChain chain = head.chain();
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

  private void linkFirst(Change change, long timestamp) {
    if (change.value() == null) {
      return;
    }
    Version first = Version.first(change.key(), change.value(), timestamp, change.modRevision());
    first.chain().link(first);
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

  /** Removes the key of a tombstone that is its only version. */
  void remove(Version tombstone) {
    hashIndex.remove(tombstone);
    orderedIndex.remove(tombstone.key());
    bytes -= MemoryUsage.ofKey(tombstone.key()) + MemoryUsage.ofVersion(tombstone);
  }
}
