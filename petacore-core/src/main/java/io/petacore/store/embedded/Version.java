package io.petacore.store.embedded;

import io.petacore.data.Bytes;
import io.petacore.store.KeyValue;
import org.jspecify.annotations.Nullable;

/** A version of a key, linked to the next older one. */
final class Version {
  final long revision;

  /** Null for a deletion. */
  final @Nullable Bytes value;

  /** The put count; 1 for a creation, 0 for a deletion. */
  final long putCount;

  /** The lease that the key is attached to, or {@link Leases#NONE}. */
  final long lease;

  /**
   * Cut by compaction under the store's lock, while readers traverse the chain without it.
   * Volatile, so that a reader that sees the cut also sees the compacted revision, which was
   * published before.
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

  /** Returns the version as a read returns it; null for a deletion. */
  @Nullable KeyValue of(Bytes key) {
    return value == null ? null : new KeyValue(key, value, revision, putCount, lease);
  }
}
