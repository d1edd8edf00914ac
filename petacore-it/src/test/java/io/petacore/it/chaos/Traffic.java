package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.it.Ledger;
import io.petacore.transaction.ReadView;
import java.util.List;

/** A kind of transactions with invariants. */
interface Traffic {

  /** Writes the initial state. */
  default void prepare(DistributedStorage storage) {}

  /** Runs a transaction. Called by clients concurrently. */
  void step(Client client);

  /**
   * Checks the invariants on a snapshot of a node.
   *
   * @throws AssertionError if an invariant is violated
   */
  default void check(ReadView view) {}

  /**
   * Checks the nodes at quiescence, when all commits are resolved.
   *
   * @param ledger outcomes since the last check
   * @throws AssertionError if an outcome is not true
   */
  default void verify(List<Node> nodes, Ledger ledger) {}
}
