package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A version in a long chain: it refers to a {@link VersionIndex} that it shares with the indexed
 * versions directly above and below it, so that a search takes O(log <i>n</i>) steps.
 *
 * <p>The first indexed version of a chain also indexes the versions below it. As these don't know
 * the index, it may hold a few dozen of them after they are freed, until an indexed version is the
 * oldest one.
 */
final class IndexedVersion extends Version {

  private final VersionIndex index;

  /** Creates a version of the same key as another one, above a given one, and indexes it. */
  IndexedVersion(
      Version sameKey,
      @Nullable Bytes value,
      long timestamp,
      long modRevision,
      @Nullable Version below) {
    super(sameKey, value, timestamp, modRevision, below);
    index = below instanceof IndexedVersion last ? last.index : VersionIndex.of(below);
    index.put(this);
  }

  /** The index that this version is part of. */
  VersionIndex index() {
    return index;
  }

  @Override
  void cutOlder() {
    super.cutOlder();
    index.dropBelow(timestamp());
  }

  /** Returns the version itself, found in the index, or the next older one below the index. */
  @Override
  @Nullable Version stepTowards(long limit) {
    Version found = index.floor(limit);
    return found == null ? index.olderThanAll() : found;
  }
}
