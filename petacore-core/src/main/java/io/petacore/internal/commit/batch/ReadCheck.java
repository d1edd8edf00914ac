package io.petacore.internal.commit.batch;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.MvccCache;
import io.petacore.internal.mvcc.RangeComparison;
import io.petacore.internal.mvcc.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks that what a transaction has read is still so, and finds the guards under which it still is
 * when the store applies the commit.
 *
 * <p><b>Why the guards suffice.</b> Let S be the state that was read and A the applied one.
 *
 * <ul>
 *   <li>A key that was present has the mod revision of S at A, and is guarded by it: it was not
 *       written since.
 *   <li>A key that was absent is absent at A, and is guarded as absent. It may come and go between:
 *       where the commit is applied it is absent, as it was read.
 *   <li>A range has the same entries at A, each guarded as a key. A key that is new in it has a mod
 *       revision above A, and so above those of all entries, which the guard over the range
 *       forbids.
 *   <li>What is too much for guards is the same at A, and the guard on the commit record lets no
 *       other commit come between A and this one.
 * </ul>
 */
final class ReadCheck {

  private final MvccCache cache;
  private final ReadSet reads;
  private final AppliedState applied;
  private final Map<Bytes, Long> guards = new LinkedHashMap<>();
  private final List<GuardedRange> ranges = new ArrayList<>();
  private long newest; // the highest mod revision of the entries of a range
  private int entries;
  private long bytes;

  ReadCheck(MvccCache cache, ReadSet reads, AppliedState applied) {
    this.cache = cache;
    this.reads = reads;
    this.applied = applied;
  }

  /**
   * Returns a key that is not as it was read; null if there is none. The caller then compares the
   * horizon with the state that was read.
   */
  @Nullable Bytes findChanged() {
    for (Map.Entry<Bytes, Long> read : reads.keys().entrySet()) {
      Bytes key = read.getKey();
      long now = CommitCheck.modRevision(cache.find(key, applied.timestamp()));
      if (now != read.getValue()) {
        return key;
      }
      if (!reads.whole()) {
        guards.put(key, now);
      }
    }
    RangeComparison comparison =
        new RangeComparison(cache, reads.since().timestamp(), applied.timestamp());
    for (KeyRange range : reads.ranges()) {
      newest = 0;
      Bytes changed = comparison.firstChange(range, this::guard);
      if (changed != null) {
        return changed;
      }
      ranges.add(new GuardedRange(range, newest));
    }
    for (ReadSet.IndexRead read : reads.indexes()) {
      Bytes changed = comparison.firstChange(read.index(), read.indexKeys());
      if (changed != null) {
        return changed;
      }
    }
    return null;
  }

  private void guard(Version entry) {
    Bytes value = entry.value();
    entries++;
    newest = Math.max(newest, entry.modRevision());
    bytes += entry.key().length() + (value == null ? 0 : value.length());
    if (!isWhole()) {
      guards.put(entry.key(), entry.modRevision());
    }
  }

  /** Whether that is too much for guards: more than a group takes, or than a server is to read. */
  boolean isWhole() {
    return reads.whole() || entries > ReadSet.MAX_ENTRIES || bytes > ReadSet.MAX_BYTES;
  }

  /** The ranges, unless {@link #isWhole}. */
  List<GuardedRange> ranges() {
    return ranges;
  }

  /** The mod revisions by key, unless {@link #isWhole}. */
  Map<Bytes, Long> guards() {
    return guards;
  }
}
