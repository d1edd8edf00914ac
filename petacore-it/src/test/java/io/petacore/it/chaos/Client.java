package io.petacore.it.chaos;

import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.it.Ledger;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.TransactionOptions;
import io.petacore.transaction.TransactionTask;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Somebody who uses a node, one transaction after another. Each of them, whatever else it does,
 * adds an element of its own to a set: a key that no other one puts, by which can be told later
 * what became of it. To be used by one thread.
 */
final class Client {

  /** What the elements' keys begin with. */
  static final String SET = "set/";

  private static final Duration PATIENCE = Duration.ofSeconds(8);

  /** Of a few, which are told what can be told while a fault lasts. */
  private static final Duration IMPATIENCE = Duration.ofMillis(300);

  private static final Duration LONGEST_STAY = Duration.ofMillis(200);

  private final Node node;
  private final String prefix;
  private final Random random;
  private final Ledger ledger;
  private final Timeline timeline;
  private long count;

  /**
   * @param name unlike that of every other client, in other periods, too
   */
  Client(Node node, String name, long seed, Ledger ledger, Timeline timeline) {
    this.node = node;
    this.prefix = SET + name + "-";
    this.random = new Random(seed);
    this.ledger = ledger;
    this.timeline = timeline;
  }

  Random random() {
    return random;
  }

  /** Whose client it is. */
  String nodeName() {
    return node.name();
  }

  /** Only reads, if the node is there. */
  void look(IsolationLevel level, Consumer<ReadView> look) {
    try {
      node.storage().runTransaction(TransactionOptions.defaults().isolation(level), look::accept);
    } catch (StorageClosedException | StoreUnavailableException | TransactionTooOldException e) {
      // It has left, waits for its own commits, or has forgotten what was to be read.
    }
  }

  /**
   * Looks at one state again and again, until it is told that this is kept no longer; if the node
   * keeps what was superseded for a moment only, since nobody stays for long. So it is looked at,
   * too, while it is being forgotten.
   */
  void stay(Consumer<ReadView> look) {
    if (!node.forgetsSoon()) {
      return;
    }
    long begun = System.nanoTime();
    look(
        IsolationLevel.SNAPSHOT,
        view -> {
          do {
            look.accept(view);
          } while (System.nanoTime() - begun < LONGEST_STAY.toNanos());
        });
  }

  /**
   * Runs a transaction at a level, enters in the ledger what comes of it, and returns that.
   *
   * @param body may run more than once
   */
  Ledger.Told transact(IsolationLevel level, TransactionTask<RuntimeException> body) {
    String element = prefix + count++;
    Duration timeout = random.nextInt(10) == 0 ? IMPATIENCE : PATIENCE;
    TransactionOptions options = TransactionOptions.defaults().isolation(level).timeout(timeout);
    long begun = System.nanoTime();
    Ledger.Told told =
        ledger.enter(
            element,
            () ->
                node.storage()
                    .runTransaction(
                        options,
                        tx -> {
                          body.run(tx);
                          tx.write(element, "");
                        }));
    timeline.ended(told, System.nanoTime() - begun, timeout);
    return told;
  }
}
