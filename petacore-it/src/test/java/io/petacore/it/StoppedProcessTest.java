package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A process that is paused for longer than its lease.
 *
 * <p><b>Invariant.</b> It continues with a new session; reported outcomes are true, and no write is
 * applied twice.
 *
 * <p><b>Interleaving.</b> It is paused under load, with requests in flight. First these arrive
 * while it is paused, and it receives the responses when it is resumed. Then they are held until
 * its lease has ended, and arrive before it is resumed. While it is paused, another node changes
 * the same counter.
 */
@WithEtcd(own = true)
class StoppedProcessTest {

  private static final int COMMITS = 200;

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final TcpProxy proxy;
  private final Ledger ledger = new Ledger();

  StoppedProcessTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  @Test
  void itContinuesWithANewSession() throws Exception {
    DistributedStorage other = nodes.open();
    try (CountingChild child =
        CountingChild.start(
            List.of("http://127.0.0.1:" + proxy.address().getPort()),
            nodes.namespace(),
            "",
            Duration.ZERO,
            () -> ledger)) {
      awaitCommits(child);
      child.pause();
      awaitEndOfItsSession();
      increment(other, "first-");
      child.resume();
      awaitCommits(child);

      proxy.hold(Direction.TO_SERVER);
      Await.until("a request is held", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
      child.pause();
      awaitEndOfItsSession();
      increment(other, "second-");
      proxy.pass(Direction.TO_SERVER);
      Await.until(
          "the held requests are delivered", () -> proxy.heldBytes(Direction.TO_SERVER) == 0);
      increment(other, "third-");
      child.resume();
      awaitCommits(child);
      assertEquals("sessions lost: 2", child.end());
    }
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    ledger.assertAgreesWith(history);
    assertEquals(0, ledger.count(Ledger.Outcome.UNKNOWN));
    assertEquals(
        Optional.of(Integer.toString(ledger.applied(history, CountingProcess.INCREMENT))),
        etcd.client().get(nodes.namespace() + CountingProcess.COUNTER.key()));
  }

  private void awaitCommits(CountingChild child) {
    int before = ledger.committed();
    Await.until(
        "the process commits", () -> ledger.committed() >= before + COMMITS || child.hasFailed());
  }

  /** Waits until only the session fence of the other node exists. */
  private void awaitEndOfItsSession() {
    Await.until("its lease ends", () -> etcd.client().count(nodes.namespace() + "\0s/") == 1);
  }

  private void increment(DistributedStorage node, String name) {
    for (int i = 0; i < 20; i++) {
      Ledger.Outcome outcome =
          CountingProcess.COUNTER.increment(
              node, TransactionOptions.defaults(), ledger, CountingProcess.INCREMENT + name + i);
      assertEquals(Ledger.Outcome.COMMITTED, outcome);
    }
    assertTrue(node.isSynced());
  }
}
