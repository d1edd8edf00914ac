package io.petacore.internal.sync;

/**
 * Whether the store is still on the history that was applied here, as far as it is known before a
 * resync.
 *
 * <p>A cluster restored from a backup continues another history. Revisions alone do not reveal
 * that: etcd's restore tool sets the revision of a restored cluster above the lost ones and marks
 * everything before it as compacted.
 */
enum Continuity {
  /** The reserved keys in the store, read at the applied revision, are those applied here. */
  PROVED,
  /** The applied revision is compacted: the loaded state must prove the continuity. */
  UNKNOWN,
  /** The store is on another history. */
  BROKEN
}
