package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Compares what a range, or a part of a secondary index, shows at two timestamps. */
public final class RangeComparison {

  private final MvccCache cache;
  private final long since;
  private final long until;

  /**
   * @param since the earlier timestamp
   * @param until the later one; published before this call
   */
  public RangeComparison(MvccCache cache, long since, long until) {
    this.cache = cache;
    this.since = since;
    this.until = until;
  }

  /**
   * Returns the least key of a range with another version at the later timestamp, or present at one
   * of the two only; null if there is none.
   *
   * @param unchanged gets the versions of the keys below it, in order
   * @throws io.petacore.error.TransactionTooOldException if the earlier timestamp is no longer kept
   */
  public @Nullable Bytes firstChange(KeyRange range, Consumer<Version> unchanged) {
    RangeScan before = cache.scanOf(range, Order.ASCENDING, since);
    RangeScan after = cache.scanOf(range, Order.ASCENDING, until);
    while (before.hasNext() && after.hasNext()) {
      Version was = before.nextVersion();
      Version is = after.nextVersion();
      int order = was.key().compareTo(is.key());
      if (order != 0) {
        return order < 0 ? was.key() : is.key();
      }
      if (was.timestamp() != is.timestamp()) {
        return is.key();
      }
      unchanged.accept(is);
    }
    if (before.hasNext()) {
      return before.nextVersion().key();
    }
    return after.hasNext() ? after.nextVersion().key() : null;
  }

  /**
   * Returns the key of the first entry of an index that is not the same at the later timestamp;
   * null if there is none.
   *
   * @throws io.petacore.error.TransactionTooOldException if the earlier timestamp is no longer kept
   */
  public @Nullable Bytes firstChange(SecondaryIndex index, KeyRange indexKeys) {
    IndexScan before = new IndexScan(cache, index, indexKeys, Order.ASCENDING, since);
    IndexScan after = new IndexScan(cache, index, indexKeys, Order.ASCENDING, until);
    while (before.hasNext() && after.hasNext()) {
      Entry was = before.next();
      Entry is = after.next();
      if (!was.equals(is)) {
        return is.key();
      }
    }
    if (before.hasNext()) {
      return before.next().key();
    }
    return after.hasNext() ? after.next().key() : null;
  }

  /**
   * Whether a key of a range was written after a revision, and is present at the later timestamp.
   */
  public static boolean isAnyNewer(MvccCache cache, KeyRange range, long revision, long timestamp) {
    RangeScan versions = cache.scanOf(range, Order.ASCENDING, timestamp);
    while (versions.hasNext()) {
      if (versions.nextVersion().modRevision() > revision) {
        return true;
      }
    }
    return false;
  }
}
