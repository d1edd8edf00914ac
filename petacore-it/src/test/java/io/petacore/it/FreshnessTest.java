package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.contract.FreshnessContract;
import io.petacore.data.KeyRange;
import io.petacore.error.StoreUnavailableException;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Freshness on etcd, and an idle namespace beside programs that write elsewhere and compact. */
@WithEtcd(own = true)
class FreshnessTest implements FreshnessContract {

  private static final int KEYS = 10_000;
  private static final int KEYS_A_TRANSACTION = 1_000;

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final TcpProxy proxy;

  FreshnessTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  private DistributedStorage idleNode(Duration idleWriteInterval) {
    DistributedStorage node =
        nodes.open(
            EtcdBackend.connectThrough(proxy),
            settings -> settings.idleWriteInterval(idleWriteInterval));
    for (int from = 0; from < KEYS; from += KEYS_A_TRANSACTION) {
      int first = from;
      node.runTransaction(
          tx -> {
            for (int i = first; i < first + KEYS_A_TRANSACTION; i++) {
              tx.write("key/%05d".formatted(i), "a value of a few bytes");
            }
          });
    }
    return node;
  }

  /** Other programs write elsewhere. */
  private long writeElsewhere() {
    long revision = 0;
    for (int i = 0; i < 100; i++) {
      revision = etcd.client().put("elsewhere", "v" + i);
    }
    return revision;
  }

  /** Cuts the node off for a moment, in which history is compacted up to a revision. */
  private void cutWhileCompacting(DistributedStorage node, long revision) {
    long watches = node.status().counters().watchesOpened();
    proxy.refuse();
    proxy.cut();
    Await.until("it is disconnected", () -> !node.isSynced());
    etcd.client().compact(revision);
    proxy.accept();
    Await.until(
        "it follows again",
        () -> node.isSynced() && node.status().counters().watchesOpened() > watches);
  }

  /** Fails if the applied revision of an idle namespace does not keep up with the cluster's. */
  @Test
  void anIdleNamespaceIsNotLoadedAgainAfterAShortBreak() {
    DistributedStorage node = idleNode(Duration.ofMillis(500));
    long elsewhere = writeElsewhere();
    Await.until("an idle write", () -> node.revision() > elsewhere);
    cutWhileCompacting(node, elsewhere);
    assertEquals(0, node.status().counters().resyncs(), "everything was loaded again");
    assertEquals(KEYS, node.count(KeyRange.all()));
  }

  /** What the idle write is for: otherwise the whole namespace is loaded, for no difference. */
  @Test
  void withoutIdleWritesAnIdleNamespaceIsLoadedAgain() {
    DistributedStorage node = idleNode(Duration.ofHours(1));
    long applied = node.revision();
    long elsewhere = writeElsewhere();
    assertEquals(applied, node.revision());
    cutWhileCompacting(node, elsewhere);
    Await.until("a resync", () -> node.revision() >= elsewhere);
    assertEquals(1, node.status().counters().resyncs());
  }

  /** An answer that is held must not be replaced by what is in memory. */
  @Test
  void latestIsNotAnsweredFromMemoryWhileEtcdIsCutOff() {
    DistributedStorage writer = nodes.open();
    DistributedStorage reader = nodes.open(EtcdBackend.connectThrough(proxy));
    writer.runTransaction(tx -> tx.write("key", "1"));
    TransactionOptions latest = TransactionOptions.defaults().latest();
    assertEquals("1", reader.callTransaction(latest, tx -> tx.read("key")));
    proxy.hold(Direction.TO_CLIENT);
    writer.runTransaction(tx -> tx.write("key", "2").delete("gone"));
    assertThrows(
        StoreUnavailableException.class,
        () -> reader.runTransaction(latest.timeout(Duration.ofMillis(300)), tx -> tx.read("key")));
    assertThrows(
        StoreUnavailableException.class,
        () -> reader.barrier(TransactionOptions.defaults().timeout(Duration.ofMillis(300))));
    Duration staleness = reader.status().staleness();
    assertTrue(staleness != null && staleness.toMillis() >= 300, "what is held counts for nothing");
    proxy.pass(Direction.TO_CLIENT);
    assertEquals("2", reader.callTransaction(latest, tx -> tx.read("key")));
    assertNull(reader.read("gone"));
  }
}
