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
 * A process that is stopped, as a whole, for longer than its lease lasts.
 *
 * <p><b>Invariant.</b> It goes on by itself under a new session; what it was told is so, and
 * nothing of it was written twice.
 *
 * <p><b>Interleaving.</b> It is stopped in the middle of traffic, with requests on their way. First
 * those arrive while it is stopped, and it finds the answers when it goes on. Then they are held
 * back until its lease has ended, and arrive before it goes on: as if it wrote behind the others'
 * backs. While it is stopped, another node changes the counter that they all write.
 */
@WithEtcd(own = true)
class StoppedProcessTest {

  private static final int TRAFFIC = 200;

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
  void itGoesOnWithANewSession() throws Exception {
    DistributedStorage other = nodes.open();
    try (CountingChild child =
        CountingChild.start(
            List.of("http://127.0.0.1:" + proxy.address().getPort()),
            nodes.namespace(),
            "",
            Duration.ZERO,
            () -> ledger)) {
      awaitTraffic(child);
      child.pause();
      awaitEndOfItsSession();
      increment(other, "first-");
      child.resume();
      awaitTraffic(child);

      proxy.hold(Direction.TO_SERVER);
      Await.until("a request is held", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
      child.pause();
      awaitEndOfItsSession();
      increment(other, "second-");
      proxy.pass(Direction.TO_SERVER);
      Await.until("what was held arrives", () -> proxy.heldBytes(Direction.TO_SERVER) == 0);
      increment(other, "third-");
      child.resume();
      awaitTraffic(child);
      assertEquals("sessions lost: 2", child.end());
    }
    CommitHistory history = CommitHistory.read(nodes.connect(), nodes.namespace());
    ledger.assertTrueOf(history);
    assertEquals(0, ledger.count(Ledger.Told.UNKNOWN));
    assertEquals(
        Optional.of(Integer.toString(ledger.applied(history, CountingProcess.INCREMENT))),
        etcd.client().get(nodes.namespace() + CountingProcess.COUNTER.key()));
  }

  private void awaitTraffic(CountingChild child) {
    int before = ledger.committed();
    Await.until(
        "the process commits", () -> ledger.committed() >= before + TRAFFIC || child.hasFailed());
  }

  /** Of the two fences that of the other node is left. */
  private void awaitEndOfItsSession() {
    Await.until("its lease ends", () -> etcd.client().count(nodes.namespace() + "\0s/") == 1);
  }

  private void increment(DistributedStorage node, String name) {
    for (int i = 0; i < 20; i++) {
      Ledger.Told told =
          CountingProcess.COUNTER.increment(
              node, TransactionOptions.defaults(), ledger, CountingProcess.INCREMENT + name + i);
      assertEquals(Ledger.Told.COMMITTED, told);
    }
    assertTrue(node.isSynced());
  }
}
