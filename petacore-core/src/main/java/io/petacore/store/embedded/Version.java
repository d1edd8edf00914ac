package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;
import org.jspecify.annotations.Nullable;

/** One state of one key, linked to the state before it. */
final class Version {
  final long revision;

  /** Null where the key was deleted. */
  final @Nullable Bytes value;

  /** 1 where the key was created; 0 for a deletion, so that what follows it begins at 1 again. */
  final long putCount;

  /** The lease that the key ends with, or none. */
  final long lease;

  /**
   * Written by compaction, under the store's lock, while readers walk the chain without it.
   * Volatile, so that a reader who finds the chain cut also finds the compacted revision that was
   * published before the cut.
   */
  volatile @Nullable Version older;

  Version(
      long revision, @Nullable Bytes value, long putCount, long lease, @Nullable Version older) {
    this.revision = revision;
    this.value = value;
    this.putCount = putCount;
    this.lease = lease;
    this.older = older;
  }

  /** This state as a read shows it; null for a deletion. */
  @Nullable KeyValue of(Bytes key) {
    return value == null ? null : new KeyValue(key, value, revision, putCount, lease);
  }
}
