package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.DistributedStorage;
import io.petacore.contract.BadInputContract;
import io.petacore.contract.CallsContract;
import io.petacore.contract.ForeignWriterContract;
import io.petacore.contract.HistoryContract;
import io.petacore.contract.IsolationContract;
import io.petacore.contract.NamespaceContract;
import io.petacore.contract.RangeDeletionContract;
import io.petacore.contract.ReadOnlyContract;
import io.petacore.contract.UnknownOutcomeContract;
import io.petacore.contract.VisibilityContract;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The storage keeps its promises on etcd; nothing here does harm to the cluster. */
@WithEtcd
class EtcdStorageTest
    implements BadInputContract,
        CallsContract,
        ForeignWriterContract,
        HistoryContract,
        IsolationContract,
        NamespaceContract,
        RangeDeletionContract,
        ReadOnlyContract,
        UnknownOutcomeContract,
        VisibilityContract {

  private final EtcdCluster etcd;
  private final Nodes nodes;

  EtcdStorageTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  /**
   * What a client without any code of ours reads and writes is what the application writes and
   * reads.
   */
  @Test
  void aPlainClientReadsAndWritesTheSame() {
    DistributedStorage a = nodes.open();
    a.runTransaction(tx -> tx.write("item/42", "Lämpchen"));
    String key = nodes.namespace() + "item/42";
    assertEquals(Optional.of("Lämpchen"), etcd.client().get(key));
    etcd.client().put(key, "Leuchte");
    Await.until("the change is seen", () -> "Leuchte".equals(a.read("item/42")));
    etcd.client().deletePrefix(nodes.namespace() + "item/");
    Await.until("the deletion is seen", () -> a.read("item/42") == null);
  }

  /** An idle node keeps its session, for longer than it would last by itself. */
  @Test
  void anIdleNodeKeepsItsSession() {
    Duration sessionTimeout = Duration.ofSeconds(1); // which the server takes for 2
    DistributedStorage a = nodes.open(nodes.connect(), node -> node.sessionTimeout(sessionTimeout));
    a.runTransaction(tx -> tx.write("key", "1"));
    String witness = nodes.namespace() + "witness";
    etcd.client().put(witness, "", etcd.client().grantLease(Duration.ofSeconds(3)));
    Await.until("the witness is there", () -> a.read("witness") != null);
    Await.until("a longer lease has ended", () -> a.read("witness") == null);
    a.runTransaction(tx -> tx.write("key", "2"));
    assertEquals(0, a.status().counters().sessionsLost());
  }
}
