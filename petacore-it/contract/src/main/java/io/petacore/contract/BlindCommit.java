package io.petacore.contract;

import io.petacore.DistributedStorage;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.ForeignWriter;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.util.function.Consumer;

/** A commit that is checked and sent before something else happens: the store's guards decide. */
final class BlindCommit {

  private BlindCommit() {}

  /**
   * Begins a transaction on a node, and has something happen after its check.
   *
   * @param steered the node's store
   * @param commit commits, and asserts the outcome
   */
  static void run(
      Nodes nodes,
      DistributedStorage node,
      SteeredStore steered,
      TransactionOptions options,
      Consumer<Transaction> body,
      Runnable between,
      Consumer<ExplicitTransaction> commit) {
    ForeignWriter observer = nodes.foreigner();
    Await.until("all is seen", () -> node.revision() >= observer.revision());
    try (ExplicitTransaction tx = node.begin(options);
        Crew crew = new Crew()) {
      body.accept(tx);
      steered.holdEvents();
      steered.holdCommits();
      crew.start(() -> commit.accept(tx));
      Await.until("it was checked and sent", () -> steered.countHeldCommits() > 0);
      between.run();
      steered.releaseCommits();
      steered.releaseEvents();
      crew.join();
    }
    Await.until("all is seen", () -> node.revision() >= observer.revision());
  }
}
