package io.petacore.store;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;

/** A condition of a {@link Batch} or of a group in it, on the state before the batch. */
public sealed interface Guard {

  /**
   * The condition that a key has a given mod revision.
   *
   * @param key the key, namespace included
   * @param modRevision the expected mod revision; 0 if the key must be absent
   */
  record OfKey(Bytes key, long modRevision) implements Guard {}

  /**
   * The condition that no key of a range was written after a revision. A key that was deleted since
   * does not count, so an empty range meets it.
   *
   * <p>A server reads every key of the range with its value, and steps over those deleted and not
   * yet compacted: ranges should be small.
   *
   * @param range the keys, namespace included; at least one key is possible in it
   * @param revision the highest mod revision allowed
   */
  record OfRange(KeyRange range, long revision) implements Guard {
    /**
     * Creates a guard over a range.
     *
     * @param range the keys, namespace included; at least one key is possible in it
     * @param revision the highest mod revision allowed
     * @throws IllegalArgumentException if no key can be in the range
     */
    public OfRange {
      Bytes to = range.to();
      if (to != null && range.from().compareTo(to) >= 0) {
        throw new IllegalArgumentException("a guard over an empty range: " + range);
      }
    }
  }
}
