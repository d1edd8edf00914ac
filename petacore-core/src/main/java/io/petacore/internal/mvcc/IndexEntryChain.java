package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/**
 * The versions of an entry of a secondary index: present where the function gives the index key for
 * the value that the indexed key has at that timestamp, otherwise a tombstone.
 *
 * <p>It refers to the chain of the indexed key, where a lookup finds the value. So a write that
 * changes no index key changes no index entry, and a lookup searches no hash index.
 *
 * <p><b>A deleted key that is created again has another chain</b> once the old one is freed, and
 * the writer then changes the reference. The old chain is freed when the horizon is at its
 * tombstone or above. So a reader at or above the horizon that finds this entry present needs the
 * new chain, and one below the horizon fails when it checks the horizon, which it does last.
 */
final class IndexEntryChain extends VersionChain {

  private final SecondaryIndex index;
  private volatile IndexedKeyChain indexed; // written by the writer, before the entry's version

  /**
   * @param position the key of this chain, see {@link IndexKeys}
   * @param indexed the chain of the indexed key
   */
  IndexEntryChain(SecondaryIndex index, Bytes position, IndexedKeyChain indexed) {
    super(position);
    this.index = index;
    this.indexed = indexed;
  }

  SecondaryIndex index() {
    return index;
  }

  IndexedKeyChain indexed() {
    return indexed;
  }

  Bytes indexedKey() {
    return indexed.key();
  }

  /** Refers to the present chain of the indexed key. Writer only. */
  void refersTo(IndexedKeyChain present) {
    if (indexed != present) {
      indexed = present;
    }
  }
}
