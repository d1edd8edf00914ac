package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;

/**
 * The versions of an entry of a secondary index: at each timestamp the value of the indexed key, or
 * a tombstone where the function does not give the index key.
 *
 * <p>Each write of the indexed key links a version here, too, with the very same value. A lookup
 * therefore reads no more memory than a scan: it need not follow the entry to its key.
 */
final class IndexEntryChain extends VersionChain {

  private final SecondaryIndex index;
  private final Bytes indexedKey;

  /**
   * @param position the key of this chain, see {@link IndexKeys}
   * @param indexedKey the key of the entry
   */
  IndexEntryChain(SecondaryIndex index, Bytes position, Bytes indexedKey) {
    super(position);
    this.index = index;
    this.indexedKey = indexedKey;
  }

  SecondaryIndex index() {
    return index;
  }

  Bytes indexedKey() {
    return indexedKey;
  }
}
