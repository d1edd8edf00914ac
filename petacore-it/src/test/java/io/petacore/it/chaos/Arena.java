package io.petacore.it.chaos;

import io.petacore.DistributedStorage;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.ClusterSpec;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.EtcdSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where chaos reigns: a cluster, the nodes on it, and a witness. */
final class Arena implements AutoCloseable {

  private static final int MEMBERS = 3;

  private final EtcdCluster etcd;
  private final String namespace;
  private final List<Node> nodes = new ArrayList<>();
  private final ProcessNode process;
  private final Witness witness;

  Arena() {
    etcd =
        EtcdSource.ofEnvironment()
            .provide(
                new ClusterSpec(
                    MEMBERS,
                    true,
                    List.of(
                        "--quota-backend-bytes=" + Disk.QUOTA,
                        // So that who was away for long gets a snapshot instead of the log.
                        "--snapshot-count=5000"),
                    false,
                    true),
                "chaos");
    namespace = etcd.freshNamespace();
    process = new ProcessNode(etcd, namespace);
    witness = new Witness(EtcdKvStore.connect(etcd.endpoints()), namespace);
    // One with several requests under way, one that sends alone, one that hardly keeps history.
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

  /** The node in a process of its own. */
  ProcessNode process() {
    return process;
  }

  Witness witness() {
    return witness;
  }

  /** Any node, while all is well. */
  DistributedStorage anyStorage() {
    return nodes.get(0).storage();
  }

  @Override
  public void close() {
    etcd.heal();
    process.close();
    nodes.forEach(Node::close);
    witness.close();
    etcd.close();
  }
}
