package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Builds the index entries of the initial load in bulk: they are collected while keys arrive, and
 * sorted and linked once all are there. In ascending order they fill the pages of their tree
 * without a search, and neighbours are created next to each other. Writer only.
 */
final class IndexLoad {

  /** An entry to be created, and where its key remembers it. */
  private record Pending(SecondaryIndex index, Bytes position, IndexedKeyChain indexed, int slot) {}

  private final SecondaryIndexes indexes;
  private List<Pending> pending = new ArrayList<>();

  IndexLoad(SecondaryIndexes indexes) {
    this.indexes = indexes;
  }

  /** Adds a loaded key. */
  void add(IndexedKeyChain indexed, Change change, SecondaryIndex[] all) {
    int count = 0;
    for (SecondaryIndex index : all) {
      for (Bytes indexKey :
          indexes.keysOf(index, indexed, Objects.requireNonNull(change.value()))) {
        Bytes position = IndexKeys.position(indexKey, indexed.key());
        pending.add(new Pending(index, position, indexed, count++));
      }
    }
    if (count > 0) {
      indexed.remember(new IndexEntryChain[count]);
    }
  }

  void clear() {
    pending = new ArrayList<>();
  }

  /** Links all entries. */
  void finish() {
    if (pending.isEmpty()) {
      return;
    }
    pending.sort(
        Comparator.comparing((Pending each) -> each.index().name())
            .thenComparing(Pending::position));
    IndexEntryChain previous = null;
    for (Pending each : pending) {
      IndexEntryChain entry = new IndexEntryChain(each.index(), each.position(), each.indexed());
      each.indexed().entries()[each.slot()] = entry;
      Version version = each.indexed().head();
      indexes.linkFirst(entry, version.modRevision(), version.timestamp());
      if (previous != null && isSecondHolder(previous, entry)) {
        indexes.failures().notUnique(entry, previous);
      }
      previous = entry;
    }
    clear();
  }

  private static boolean isSecondHolder(IndexEntryChain previous, IndexEntryChain entry) {
    return entry.index().isUnique()
        && previous.index() == entry.index()
        && IndexKeys.haveSameIndexKey(
            previous.key(), previous.indexedKey(), entry.key(), entry.indexedKey());
  }
}
