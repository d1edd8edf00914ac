package io.petacore.internal.mvcc;

import io.petacore.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One version of one key: a value, or a tombstone.
 *
 * <p>Everything but the link to the older version is final, so that a reader who meets a version
 * sees it whole. The link is written by the single writer alone: once before the version can be
 * found, and once more, to null, when its history falls behind the horizon.
 */
public final class Version {

  private final @Nullable Bytes value;
  private final long number;
  private final long modRevision;
  private volatile @Nullable Version older;

  Version(@Nullable Bytes value, long number, long modRevision, @Nullable Version older) {
    this.value = value;
    this.number = number;
    this.modRevision = modRevision;
    this.older = older;
  }

  /** The value; null for a tombstone. */
  public @Nullable Bytes value() {
    return value;
  }

  /** Whether the key was deleted. */
  public boolean isTombstone() {
    return value == null;
  }

  /** The version number: a hybrid-logical-clock timestamp. */
  public long number() {
    return number;
  }

  /** The store's revision that wrote it: what a guard compares. */
  public long modRevision() {
    return modRevision;
  }

  @Nullable Version older() {
    return older;
  }

  void forgetOlder() {
    older = null;
  }
}
