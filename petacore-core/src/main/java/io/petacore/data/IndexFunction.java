package io.petacore.data;

import java.util.Collection;

/**
 * Computes the index keys of an entry: under which keys a secondary index finds it.
 *
 * <p>It must be <em>pure</em>, so that its result depends on key and value alone, and quick: it
 * runs on the thread that applies changes, once for each index and version, and on the threads of
 * transactions for their own writes. It is called by several threads at once, and must neither
 * block nor use a storage.
 *
 * <p>An entry for which it throws, or returns null, a null element or a key longer than 4,096
 * bytes, is left out of the index, counted ({@code indexFunctionFailures}) and logged once per key.
 */
@FunctionalInterface
public interface IndexFunction {

  /**
   * Returns the index keys of an entry.
   *
   * @param entry an entry of the index's range
   * @return the index keys, each at most 4,096 bytes long and possibly empty; none leaves the entry
   *     out. Duplicates count once. The library copies the collection before it returns
   */
  Collection<Bytes> indexKeysOf(Entry entry);
}
