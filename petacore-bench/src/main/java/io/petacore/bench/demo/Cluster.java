package io.petacore.bench.demo;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.bench.support.connection.Namespace;
import io.petacore.bench.support.connection.StoreOptions;
import io.petacore.bench.support.connection.Stores;
import io.petacore.bench.support.console.CommandFailedException;
import io.petacore.bench.support.console.Ticker;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The nodes of the demo, in one process. */
final class Cluster implements AutoCloseable {
  /** How long a store may be away at the end before the accounts are given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_MILLIS = 200;

  private final List<Node> nodes = new ArrayList<>();

  /** Opens the nodes; the stores are closed by their owner, after this. */
  static Cluster open(int size, Stores stores, StoreOptions options, Namespace namespace)
      throws InterruptedException {
    Cluster cluster = new Cluster();
    try {
      for (int i = 1; i <= size; i++) {
        cluster.nodes.add(
            new Node("node-" + i, options.storage(stores.connect(), namespace).open()));
      }
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  List<DistributedStorage> storages() {
    return nodes.stream().map(Node::storage).toList();
  }

  /** All nodes but one. */
  List<Node> others(Node node) {
    return nodes.stream().filter(other -> !other.name().equals(node.name())).toList();
  }

  /** Waits until each node has what any of them had at the time of the call. */
  void awaitEqual() throws InterruptedException {
    awaitApplied(
        storages().stream().mapToLong(DistributedStorage::appliedRevision).max().orElseThrow());
  }

  private void awaitApplied(long revision) throws InterruptedException {
    CountDownLatch applied = new CountDownLatch(1);
    Runnable look =
        () -> {
          if (storages().stream().allMatch(storage -> storage.appliedRevision() >= revision)) {
            applied.countDown();
          }
        };
    Ticker ticker = Ticker.everyMillisecond(look);
    try {
      if (!applied.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new CommandFailedException(
            "revision "
                + revision
                + " did not reach every node within "
                + PATIENCE.toSeconds()
                + " s: "
                + String.join(", ", nodes.stream().map(Cluster::position).toList()));
      }
    } finally {
      ticker.close();
    }
  }

  private static String position(Node node) {
    StorageStatus status = node.storage().status();
    return node.name() + " is " + status.state() + " at " + status.appliedRevision();
  }

  /**
   * Takes stock of every node at the same revision: a last commit, after all others have returned,
   * is awaited everywhere. A store that is away is waited for.
   */
  List<Stocktaking> takeStock() throws InterruptedException {
    awaitApplied(commitClosing());
    List<Stocktaking> taken = new ArrayList<>();
    for (Node node : nodes) {
      try (Snapshot snapshot = node.storage().snapshot()) {
        taken.add(Stocktaking.of(node.name(), snapshot.revision(), snapshot.scan(KeyRange.all())));
      }
    }
    return taken;
  }

  private long commitClosing() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try (Transaction tx = nodes.get(0).storage().begin(TransactionOptions.defaults())) {
        return tx.write(Shop.CLOSING, Bytes.utf8("all customers have left")).commit().revision();
      } catch (StoreUnavailableException | CommitOutcomeUnknownException e) {
        // Written twice it is the same; only the patience is bounded.
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.storage().close());
  }
}
