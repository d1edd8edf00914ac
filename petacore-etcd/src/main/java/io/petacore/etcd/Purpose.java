package io.petacore.etcd;

/** What a request is for, and so what it means that its answer is lost. */
enum Purpose {
  /** Changes nothing: without an answer it has not happened. */
  READ,
  /** A transaction: without an answer nothing is known. */
  COMMIT,
  /**
   * Grants, renews or revokes a lease. Each may be sent again whatever became of it: a lease
   * granted twice runs out, so a lost answer counts as unavailable.
   */
  LEASE
}
