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
 * etcd exceeds its space quota while two nodes write.
 *
 * <p><b>Invariant.</b> Commits that etcd then rejects without reporting their effect are resolved:
 * the session fence cannot be advanced, since that is a put, so the lease is revoked, and its end
 * is the fencing point. No outcome is reported as unknown. Reads continue, and commits resume when
 * there is space again.
 *
 * <p><b>Interleaving.</b> Several commits of both nodes are in flight when the alarm becomes
 * active. The lease lasts much longer than the test, so only its revocation can be the fencing
 * point.
 */
@WithEtcd(own = true, flags = "--quota-backend-bytes=16777216")
class SpaceAlarmTest {

  private static final TransactionOptions SHORT_TIMEOUT =
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
  void commitsAreResolvedAndResumeWhenThereIsSpace() throws Exception {
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
    ledger.assertAgreesWith(CommitHistory.read(nodes.connect(), nodes.namespace()));
    assertEquals(0, ledger.count(Ledger.Outcome.UNKNOWN), ledger.toString());
    assertEquals(6, ledger.count(Ledger.Outcome.NOT_APPLIED), ledger.toString());
    for (DistributedStorage node : new DistributedStorage[] {a, b}) {
      StorageCounters counters = node.status().counters();
      assertEquals(1, counters.sessionsLost(), "the session is ended for the fencing point");
      // etcd applies the commits that trigger the alarm, but rejects them.
      assertTrue(counters.resolvedApplied() + counters.resolvedNotApplied() > 0);
      assertTrue(node.isSynced());
      assertEquals("before", node.read("key"));
    }

    freeSpace();
    Await.until("a commits again", () -> Ledger.Outcome.COMMITTED == put(a, "key", "by a"));
    Await.until("b commits again", () -> Ledger.Outcome.COMMITTED == put(b, "other", "by b"));
    Await.until("a sees it", () -> "by b".equals(a.read("other")));
    Await.until("b sees it", () -> "by a".equals(b.read("key")));
  }

  /** Commits until a commit fails. */
  private void fill(DistributedStorage node, String name, Crew crew) {
    Ledger.Outcome outcome = Ledger.Outcome.COMMITTED;
    for (int i = 0; outcome == Ledger.Outcome.COMMITTED && !crew.isStopped(); i++) {
      String key = name + i;
      outcome =
          ledger.record(key, () -> node.runTransaction(SHORT_TIMEOUT, tx -> tx.write(key, LARGE)));
    }
  }

  private static Ledger.Outcome put(DistributedStorage node, String key, String value) {
    return new Ledger()
        .record(key, () -> node.runTransaction(SHORT_TIMEOUT, tx -> tx.write(key, value)));
  }

  /** As documented in docs/operations.md. */
  private void freeSpace() {
    etcd.client().deletePrefix(nodes.namespace() + "fill-");
    etcd.compact();
    etcd.client().defragment();
    etcd.client().disarm(etcd.client().alarmedMember().orElseThrow());
  }
}
