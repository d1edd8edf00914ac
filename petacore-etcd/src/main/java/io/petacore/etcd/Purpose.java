package io.petacore.etcd;

/** The purpose of a request, which determines the effect of a lost response. */
enum Purpose {
  /** Read-only: may be repeated. */
  READ,
  /** A transaction: without a response its outcome is unknown. */
  COMMIT,
  /**
   * Grants, renews or revokes a lease: may be repeated, since an unused lease expires. A lost
   * response counts as unavailable.
   */
  LEASE
}
