package io.petacore.internal.sync;

/**
 * Whether the store, which is about to be loaded again, is still on the history that was applied
 * here. A cluster that is restored from a backup continues another one, and nothing that only rises
 * tells the two apart: etcd's own tool sets the revisions of a restored cluster above those that
 * were lost, and marks everything before as compacted.
 */
enum Continuity {
  /** PetaCore's own keys were read as they were at the applied revision. */
  PROVED,
  /** The store has forgotten the applied revision: what is loaded has to prove it. */
  OPEN,
  /** It is on another one. */
  BROKEN
}
