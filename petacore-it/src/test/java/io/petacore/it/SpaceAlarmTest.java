package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageCounters;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * etcd runs out of space under two nodes that write.
 *
 * <p><b>Invariant.</b> What etcd then refuses, with an answer that says nothing of its effect, is
 * settled all the same: the fence can't be raised, since that is a put, so the lease is revoked,
 * and its end is the border. Nobody is told that his commit's outcome is unknown. Reads go on; when
 * there is space again, so do commits, by themselves.
 *
 * <p><b>Interleaving.</b> Several commits of both nodes are on their way when the alarm is raised.
 * The lease lasts for much longer than the test, so only its revocation can make the border.
 */
@WithEtcd(own = true, flags = "--quota-backend-bytes=16777216")
class SpaceAlarmTest {

  private static final TransactionOptions IMPATIENT =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(5));
  private static final String LARGE = "x".repeat(64 * 1024);

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final Ledger ledger = new Ledger();

  SpaceAlarmTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  private DistributedStorage open() {
    return nodes.open(
        nodes.connect(), builder -> builder.sessionTimeout(Duration.ofMinutes(10)).maxInFlight(2));
  }

  @Test
  void outcomesAreSettledAndAllGoesOnWhenThereIsSpace() throws Exception {
    DistributedStorage a = open();
    DistributedStorage b = open();
    a.runTransaction(tx -> tx.write("key", "before"));
    try (Crew crew = new Crew()) {
      for (int i = 0; i < 6; i++) {
        DistributedStorage node = i % 2 == 0 ? a : b;
        String name = "fill-" + i + "-";
        crew.start(() -> fill(node, name, crew));
      }
      crew.join();
    }
    assertTrue(etcd.client().alarmedMember().isPresent());
    ledger.assertTrueOf(CommitHistory.read(nodes.connect(), nodes.namespace()));
    assertEquals(0, ledger.count(Ledger.Told.UNKNOWN), ledger.toString());
    assertEquals(6, ledger.count(Ledger.Told.NOT_APPLIED), ledger.toString());
    for (DistributedStorage node : new DistributedStorage[] {a, b}) {
      StorageCounters counters = node.status().counters();
      assertEquals(1, counters.sessionsLost(), "given up for the border");
      // Those that raise the alarm are carried out, and refused all the same.
      assertTrue(counters.resolvedApplied() + counters.resolvedNotApplied() > 0);
      assertTrue(node.isSynced());
      assertEquals("before", node.read("key"));
    }

    makeSpace();
    Await.until("a commits again", () -> Ledger.Told.COMMITTED == put(a, "key", "by a"));
    Await.until("b commits again", () -> Ledger.Told.COMMITTED == put(b, "other", "by b"));
    Await.until("a sees it", () -> "by b".equals(a.read("other")));
    Await.until("b sees it", () -> "by a".equals(b.read("key")));
  }

  /** Until a commit fails. */
  private void fill(DistributedStorage node, String name, Crew crew) {
    Ledger.Told told = Ledger.Told.COMMITTED;
    for (int i = 0; told == Ledger.Told.COMMITTED && !crew.isStopped(); i++) {
      String key = name + i;
      told = ledger.enter(key, () -> node.runTransaction(IMPATIENT, tx -> tx.write(key, LARGE)));
    }
  }

  private static Ledger.Told put(DistributedStorage node, String key, String value) {
    return new Ledger()
        .enter(key, () -> node.runTransaction(IMPATIENT, tx -> tx.write(key, value)));
  }

  /** As docs/operations.md says. */
  private void makeSpace() {
    etcd.client().deletePrefix(nodes.namespace() + "fill-");
    etcd.compact();
    etcd.client().defragment();
    etcd.client().disarm(etcd.client().alarmedMember().orElseThrow());
  }
}
