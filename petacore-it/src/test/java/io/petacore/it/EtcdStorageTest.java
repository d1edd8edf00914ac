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
import io.petacore.contract.SerializableContract;
import io.petacore.contract.UnknownOutcomeContract;
import io.petacore.contract.VisibilityContract;
import io.petacore.contract.WriteSkewContract;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contracts of the storage, on etcd; no faults are injected. */
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
        SerializableContract,
        UnknownOutcomeContract,
        VisibilityContract,
        WriteSkewContract {

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

  /** A client without PetaCore and the application read each other's writes. */
  @Test
  void aPlainClientAndTheStorageReadEachOthersWrites() {
    DistributedStorage a = nodes.open();
    a.runTransaction(tx -> tx.write("item/42", "Lämpchen"));
    String key = nodes.namespace() + "item/42";
    assertEquals(Optional.of("Lämpchen"), etcd.client().get(key));
    etcd.client().put(key, "Leuchte");
    Await.until("a reads the change", () -> "Leuchte".equals(a.read("item/42")));
    etcd.client().deletePrefix(nodes.namespace() + "item/");
    Await.until("a reads the deletion", () -> a.read("item/42") == null);
  }

  /** An idle node renews its session beyond its timeout. */
  @Test
  void anIdleNodeRenewsItsSession() {
    Duration sessionTimeout = Duration.ofSeconds(1); // rounded up to 2 s by etcd
    DistributedStorage a = nodes.open(nodes.connect(), node -> node.sessionTimeout(sessionTimeout));
    a.runTransaction(tx -> tx.write("key", "1"));
    String leased = nodes.namespace() + "leased";
    etcd.client().put(leased, "", etcd.client().grantLease(Duration.ofSeconds(3)));
    Await.until("the leased key is visible", () -> a.read("leased") != null);
    Await.until("a longer lease has expired", () -> a.read("leased") == null);
    a.runTransaction(tx -> tx.write("key", "2"));
    assertEquals(0, a.status().counters().sessionsLost());
  }
}
