package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/** What a revision superseded, for the writer, until it frees history. */
public final class PreviousVersion {

  private PreviousVersion() {}

  /**
   * Returns the value that a key had before a revision; null if it was absent. Ignores the horizon,
   * which a change of the store's history moves before anything is freed. Writer only, after the
   * revision was applied and before history is freed.
   *
   * @param timestamp the revision's
   */
  public static @Nullable Bytes valueBefore(MvccCache cache, Bytes key, long timestamp) {
    Version newest = cache.hashIndex.get(key);
    Version before = newest == null ? null : newest.visibleAt(timestamp - 1);
    return before == null ? null : before.value();
  }
}
