package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.ClusterSpec;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.EtcdSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The components of a chaos run: a cluster, its nodes, and an observer. */
final class Arena implements AutoCloseable {

  private static final int MEMBERS = 3;

  private final EtcdCluster etcd;
  private final String namespace;
  private final List<Node> nodes = new ArrayList<>();
  private final ProcessNode process;
  private final Observer observer;

  Arena() {
    etcd =
        EtcdSource.ofEnvironment()
            .provide(
                new ClusterSpec(
                    MEMBERS,
                    true,
                    List.of(
                        "--quota-backend-bytes=" + Disk.QUOTA,
                        // Low, so that a member that lags behind receives a snapshot.
                        "--snapshot-count=5000"),
                    false,
                    true),
                "chaos");
    namespace = etcd.freshNamespace();
    process = new ProcessNode(etcd, namespace);
    observer = new Observer(EtcdKvStore.connect(etcd.endpoints()), namespace);
    // One node with several requests in flight, one with a single one, one with a short history.
    join(4, Duration.ofSeconds(10));
    join(1, Duration.ofSeconds(10));
    join(2, Duration.ofMillis(50));
  }

  private void join(int maxInFlight, Duration historyRetention) {
    String name = "node-" + (nodes.size() + 1);
    Node node = new Node(name, etcd, namespace, maxInFlight, historyRetention);
    nodes.add(node);
    node.join();
  }

  EtcdCluster etcd() {
    return etcd;
  }

  String namespace() {
    return namespace;
  }

  /** The nodes in this process. */
  List<Node> nodes() {
    return nodes;
  }

  /** The node in a separate process. */
  ProcessNode process() {
    return process;
  }

  Observer observer() {
    return observer;
  }

  /** A storage; only while no fault is active. */
  DistributedStorage anyStorage() {
    return nodes.get(0).storage();
  }

  @Override
  public void close() {
    etcd.heal();
    process.close();
    nodes.forEach(Node::close);
    observer.close();
    etcd.close();
  }
}
