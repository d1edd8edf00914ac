package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.contract.ResyncContract.RisingReader;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node whose connection to etcd is reset or held, or loses responses. */
@WithEtcd(own = true)
class CutConnectionTest {

  private final Nodes nodes;
  private final TcpProxy proxy;

  CutConnectionTest(EtcdCluster etcd) {
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  private static List<Entry> entries(DistributedStorage node) {
    List<Entry> entries = new ArrayList<>();
    try (Snapshot snapshot = node.snapshot()) {
      snapshot.scan(KeyRange.all()).forEach(entries::add);
    }
    return entries;
  }

  /**
   * The connection of the watch is reset repeatedly under load. No revision is lost: both nodes
   * have the same entries at the end, without a resync. No revision is applied twice or out of
   * order: a reader sees only increasing values. Both would happen with the automatic resume of
   * jetcd.
   */
  @Test
  void aCutWatchLosesNothingAndRepeatsNothing() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    AtomicInteger written = new AtomicInteger();
    try (Crew crew = new Crew()) {
      crew.repeat(
          () -> {
            String value = "%08d".formatted(written.incrementAndGet());
            a.runTransaction(tx -> tx.write("counter", value).write("log-" + value, ""));
          });
      crew.repeat(new RisingReader(b));
      for (int i = 0; i < 8 && !crew.isStopped(); i++) {
        int mark = written.get();
        Await.until(
            "b applies commits",
            () -> (b.isSynced() && b.status().keys() > mark + 20) || crew.isStopped());
        long watches = b.status().counters().watchesOpened();
        proxy.cut();
        Await.until(
            "b opens another watch",
            () -> b.status().counters().watchesOpened() > watches || crew.isStopped());
      }
    }
    Await.until("b has caught up", () -> b.revision() >= a.revision());
    assertEquals(entries(a), entries(b));
    assertEquals(written.get() + 1, b.status().keys());
    assertEquals(0, b.status().counters().resyncs());
    assertTrue(b.status().counters().watchesOpened() > 8);
  }

  /**
   * While responses are held, the node serves its applied state; afterwards it applies all
   * revisions in order, without a new watch or a resync.
   */
  @Test
  void heldEventsAreAppliedLater() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    a.runTransaction(tx -> tx.write("key", "1"));
    Await.until("b sees it", () -> "1".equals(b.read("key")));
    proxy.hold(Direction.TO_CLIENT);
    a.runTransaction(tx -> tx.write("key", "2"));
    Await.until("the event is held", () -> proxy.heldBytes(Direction.TO_CLIENT) > 0);
    assertEquals("1", b.read("key"));
    proxy.pass(Direction.TO_CLIENT);
    Await.until("b sees it", () -> "2".equals(b.read("key")));
    assertEquals(1, b.status().counters().watchesOpened());
  }

  /**
   * A commit whose response and events are lost is reported as unknown within its timeout. It was
   * applied, which the node sees after it has reconnected. Fails if a lost response is reported as
   * a failure.
   */
  @Test
  void aLostResponseIsNeverReportedAsAFailure() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    b.runTransaction(tx -> tx.write("key", "before")); // opens the session
    proxy.swallow(Direction.TO_CLIENT);
    long start = System.nanoTime();
    assertThrows(
        CommitOutcomeUnknownException.class,
        () ->
            b.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofSeconds(2)),
                tx -> tx.write("key", "applied")));
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(6).toNanos());
    Await.until("the commit was applied", () -> "applied".equals(a.read("key")));
    proxy.pass(Direction.TO_CLIENT);
    Await.until("b sees its commit", () -> "applied".equals(b.read("key")));
    b.runTransaction(tx -> tx.write("key", "again"));
    Await.until("a sees it", () -> "again".equals(a.read("key")));
  }

  /**
   * An increment that was applied, and whose response is lost with the connection, is acknowledged
   * after the node has reconnected, and applied once. Fails if it is resent before it is resolved:
   * it would conflict with its own write, and the body would be retried.
   */
  @Test
  void aCommitWhoseResponseIsLostIsAppliedOnce() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    b.runTransaction(tx -> tx.write("counter", "0"));
    try (Crew crew = new Crew()) {
      proxy.swallow(Direction.TO_CLIENT);
      crew.start(() -> b.runTransaction(CutConnectionTest::increment));
      Await.until("it was applied", () -> "1".equals(a.read("counter")) || crew.isStopped());
      proxy.pass(Direction.TO_CLIENT); // which resets the connection
      crew.join();
    }
    assertEquals("1", b.read("counter"));
    assertEquals(0, b.status().counters().retries());
  }

  private static void increment(Transaction tx) {
    String value = tx.read("counter");
    int next = value == null ? 1 : Integer.parseInt(value) + 1;
    tx.write("counter", Integer.toString(next));
  }

  /**
   * Increments through a connection that is reset repeatedly: the final value is at least the
   * number of acknowledged increments, and at most that plus those of unknown outcome. Fails if a
   * commit that was applied is reported as failed, or is resent.
   */
  @Test
  void theCounterAgreesWithTheReportedOutcomes() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    AtomicInteger acknowledged = new AtomicInteger();
    AtomicInteger unknown = new AtomicInteger();
    try (Crew cutter = new Crew();
        Crew crew = new Crew()) {
      for (int thread = 0; thread < 4; thread++) {
        crew.start(
            () -> {
              for (int i = 0; i < 60; i++) {
                try {
                  b.runTransaction(CutConnectionTest::increment);
                  acknowledged.incrementAndGet();
                } catch (CommitOutcomeUnknownException e) {
                  unknown.incrementAndGet();
                } catch (StoreUnavailableException e) {
                  // Not applied.
                }
              }
            });
      }
      cutter.start(
          () -> {
            for (int i = 0; i < 10; i++) {
              int mark = acknowledged.get();
              Await.until(
                  "increments continue",
                  () -> acknowledged.get() > mark + 10 || acknowledged.get() + unknown.get() > 200);
              proxy.cut();
            }
          });
      crew.join();
    }
    // A transaction of b sees all commits acknowledged by b; a may lag behind.
    long last = b.callTransaction(Transaction::revision);
    Await.until("a has caught up", () -> a.revision() >= last);
    int counter = Integer.parseInt(String.valueOf(a.read("counter")));
    String all = acknowledged + " acknowledged, " + unknown + " unknown, the counter is " + counter;
    assertTrue(counter >= acknowledged.get(), all);
    assertTrue(counter <= acknowledged.get() + unknown.get(), all);
    assertTrue(acknowledged.get() > 100, all);
  }

  /**
   * While connections are refused, commits fail within their timeout; afterwards the node recovers.
   */
  @Test
  void commitsFailWhileConnectionsAreRefused() {
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    b.runTransaction(tx -> tx.write("key", "1"));
    proxy.refuse();
    proxy.cut();
    Await.until("b is disconnected", () -> !b.isSynced());
    assertThrows(
        PetaCoreException.class,
        () ->
            b.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofMillis(500)),
                tx -> tx.write("key", "2")));
    assertEquals("1", b.read("key"));
    proxy.accept();
    Await.until("b is synced", b::isSynced);
    b.runTransaction(tx -> tx.write("key", "3"));
    assertEquals("3", b.read("key"));
  }
}
