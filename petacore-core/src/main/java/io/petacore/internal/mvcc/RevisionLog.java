package io.petacore.internal.mvcc;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Which revisions were published with which version numbers, for as long as the history is kept.
 * Written by the single writer, read by everybody.
 */
final class RevisionLog {

  private final ConcurrentSkipListMap<Long, Applied> byVersion = new ConcurrentSkipListMap<>();

  void add(Applied published) {
    byVersion.put(published.version(), published);
  }

  /** The state that was the newest at a version number; null if that is no longer known. */
  @Nullable Applied at(long version) {
    Map.Entry<Long, Applied> found = byVersion.floorEntry(version);
    return found == null ? null : found.getValue();
  }

  /** Writer: forgets what was replaced as the newest before a moment. */
  void forget(long beforeNanoTime) {
    while (true) {
      Map.Entry<Long, Applied> first = byVersion.firstEntry();
      Map.Entry<Long, Applied> second =
          first == null ? null : byVersion.higherEntry(first.getKey());
      if (second == null || second.getValue().nanoTime() - beforeNanoTime >= 0) {
        return;
      }
      byVersion.remove(first.getKey());
    }
  }
}
