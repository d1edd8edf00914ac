package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs failures of index functions, and second holders of unique index keys. Read by any
 * thread, written by the cache's writer.
 */
public final class IndexFailures {

  private static final Logger log = LoggerFactory.getLogger(IndexFailures.class);

  /** The number of keys that are logged one by one; beyond it, the logged numbers double. */
  private static final int MAX_LOGGED = 20;

  private final AtomicLong functionFailures = new AtomicLong();
  private final AtomicLong failedKeys = new AtomicLong();
  private final AtomicLong uniqueViolations = new AtomicLong();

  /** The number of times that an index function failed for a version. */
  public long functionFailures() {
    return functionFailures.get();
  }

  /** The number of entries seen whose unique index key another entry had already. */
  public long uniqueViolations() {
    return uniqueViolations.get();
  }

  void functionFailed(SecondaryIndex index, Bytes key, Throwable failure, boolean firstOfKey) {
    functionFailures.incrementAndGet();
    if (firstOfKey && isLogged(failedKeys.incrementAndGet())) {
      log.warn(
          "the function of the index {} failed for the entry {}, which is left out of the index"
              + " ({} keys so far)",
          index.name(),
          key,
          failedKeys.get(),
          failure);
    }
  }

  void notUnique(IndexEntryChain added, IndexEntryChain holder) {
    if (isLogged(uniqueViolations.incrementAndGet())) {
      log.warn(
          "the entries {} and {} have the same key in the unique index {}: one of them was written"
              + " by a program that does not maintain the index ({} seen so far)",
          holder.indexedKey(),
          added.indexedKey(),
          added.index().name(),
          uniqueViolations.get());
    }
  }

  private static boolean isLogged(long count) {
    return count <= MAX_LOGGED || Long.bitCount(count) == 1;
  }
}
