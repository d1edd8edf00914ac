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
 * A client that runs sequential transactions on a node. Each transaction also adds a unique element
 * to a set: a key by which its outcome is verified later. Not thread-safe.
 */
final class Client {

  /** Prefix of the keys of elements. */
  static final String SET = "set/";

  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(8);

  /** For some transactions, which end while a fault lasts. */
  private static final Duration SHORT_TIMEOUT = Duration.ofMillis(300);

  private static final Duration MAX_READ_TIME = Duration.ofMillis(200);

  private final Node node;
  private final String prefix;
  private final Random random;
  private final Ledger ledger;
  private final Timeline timeline;
  private long count;

  /**
   * @param name unique among all clients of the run
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

  /** The name of its node. */
  String nodeName() {
    return node.name();
  }

  /** Runs a read-only transaction, unless the node is unavailable. */
  void read(IsolationLevel level, Consumer<ReadView> reader) {
    try {
      node.storage().runTransaction(TransactionOptions.defaults().isolation(level), reader::accept);
    } catch (StorageClosedException | StoreUnavailableException | TransactionTooOldException e) {
      // The node has left, does not see its own commits yet, or no longer keeps the snapshot.
    }
  }

  /**
   * Reads a snapshot repeatedly until it is too old, on nodes with a short history only. This reads
   * versions while they are freed.
   */
  void readUntilTooOld(Consumer<ReadView> reader) {
    if (!node.hasShortHistory()) {
      return;
    }
    long started = System.nanoTime();
    read(
        IsolationLevel.SNAPSHOT,
        view -> {
          do {
            reader.accept(view);
          } while (System.nanoTime() - started < MAX_READ_TIME.toNanos());
        });
  }

  /**
   * Runs a transaction and records its outcome.
   *
   * @param body may run more than once
   * @return the outcome
   */
  Ledger.Outcome transact(IsolationLevel level, TransactionTask body) {
    String element = prefix + count++;
    Duration timeout = random.nextInt(10) == 0 ? SHORT_TIMEOUT : LONG_TIMEOUT;
    TransactionOptions options = TransactionOptions.defaults().isolation(level).timeout(timeout);
    long started = System.nanoTime();
    Ledger.Outcome outcome =
        ledger.record(
            element,
            () ->
                node.storage()
                    .runTransaction(
                        options,
                        tx -> {
                          body.run(tx);
                          tx.write(element, "");
                        }));
    timeline.ended(outcome, System.nanoTime() - started, timeout);
    return outcome;
  }
}
