package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.it.Ledger;
import io.petacore.transaction.ReadView;
import java.util.List;

/** A kind of transactions, and what must hold of what they leave. */
interface Traffic {

  /** Writes what must be there before the first transaction. */
  default void prepare(DistributedStorage storage) {}

  /** Runs a transaction. Called by many clients at the same time. */
  void step(Client client);

  /**
   * Looks at a state, of any node at any time.
   *
   * @throws AssertionError if it is one that must not be
   */
  default void check(ReadView view) {}

  /**
   * Looks at nodes at rest, when everything that was told of is decided.
   *
   * @param ledger what was told since the last rest
   * @throws AssertionError if they are not as was told
   */
  default void judge(List<Node> atRest, Ledger ledger) {}
}
