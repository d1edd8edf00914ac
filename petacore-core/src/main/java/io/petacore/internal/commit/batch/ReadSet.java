package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.SecondaryIndex;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a transaction has read and wants unchanged at its commit: of a Serializable transaction
 * everything, of others what they have asked for.
 *
 * @param since the state that was read
 * @param keys the mod revision of each key that was read by itself; 0 of an absent one
 * @param ranges the ranges that were read, as far as they were
 * @param indexes the parts of secondary indexes that were read
 * @param whole whether that is too much for the guards of a group, so that no node may commit
 *     between the check and the commit
 */
public record ReadSet(
    AppliedState since,
    Map<Bytes, Long> keys,
    List<KeyRange> ranges,
    List<IndexRead> indexes,
    boolean whole) {

  /** The most entries of ranges that are guarded one by one. */
  public static final int MAX_ENTRIES = 64;

  /** The most bytes of keys and values in guarded ranges: a server reads them to compare. */
  public static final int MAX_BYTES = 64 << 10;

  /**
   * A read of a secondary index.
   *
   * @param indexKeys the index keys
   */
  public record IndexRead(SecondaryIndex index, KeyRange indexKeys) {}

  /** Whether one of these keys was read, by itself or in a range. */
  boolean containsAny(Set<Bytes> written) {
    for (Bytes key : keys.keySet()) {
      if (written.contains(key)) {
        return true;
      }
    }
    if (ranges.isEmpty()) {
      return false;
    }
    for (Bytes key : written) {
      if (isInRange(key)) {
        return true;
      }
    }
    return false;
  }

  private boolean isInRange(Bytes key) {
    for (KeyRange range : ranges) {
      if (range.contains(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a key was read, by itself or in a range. */
  public boolean contains(Bytes key) {
    return keys.containsKey(key) || isInRange(key);
  }
}
