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
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The nodes of the demo, all in this process. */
final class Cluster implements AutoCloseable {
  /** How long to wait at the end for a store that is unavailable. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final long PAUSE_MILLIS = 200;

  private final List<Node> nodes = new ArrayList<>();

  /** Opens the nodes. The caller closes the stores after the cluster. */
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

  /** All nodes except one. */
  List<Node> others(Node node) {
    return nodes.stream().filter(other -> !other.name().equals(node.name())).toList();
  }

  /** Waits until every node has applied the highest revision that any node has applied now. */
  void awaitReplicated() throws InterruptedException {
    awaitApplied(storages().stream().mapToLong(DistributedStorage::revision).max().orElseThrow());
  }

  private void awaitApplied(long revision) throws InterruptedException {
    boolean applied =
        Ticker.await(
            () -> storages().stream().allMatch(storage -> storage.revision() >= revision), TIMEOUT);
    if (!applied) {
      throw new CommandFailedException(
          "revision "
              + revision
              + " was not applied by every node within "
              + TIMEOUT.toSeconds()
              + " s: "
              + String.join(", ", nodes.stream().map(Cluster::progress).toList()));
    }
  }

  private static String progress(Node node) {
    StorageStatus status = node.storage().status();
    return node.name() + " is " + status.state() + " at " + status.appliedRevision();
  }

  /**
   * Reads the contents of every node at the same revision: commits once more after all other
   * commits, and waits until every node has applied that. Retries while the store is unavailable.
   */
  List<Inventory> takeInventories() throws InterruptedException {
    awaitApplied(commitClosing());
    List<Inventory> inventories = new ArrayList<>();
    for (Node node : nodes) {
      try (Snapshot snapshot = node.storage().snapshot()) {
        inventories.add(
            Inventory.of(node.name(), snapshot.revision(), snapshot.scan(KeyRange.all())));
      }
    }
    return inventories;
  }

  private long commitClosing() throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try (ExplicitTransaction tx = nodes.get(0).storage().begin(TransactionOptions.defaults())) {
        return tx.write(Shop.CLOSING, Bytes.utf8("closed")).commit().revision();
      } catch (StoreUnavailableException | CommitOutcomeUnknownException e) {
        // Idempotent, so it is retried even if the outcome is unknown.
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
