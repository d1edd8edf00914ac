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

/** A node whose connection to etcd is cut, held and robbed of answers. */
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
   * The connection that carries the watch is reset again and again in the middle of traffic.
   * Nothing is lost: both nodes hold the same in the end, and nothing had to be loaded again.
   * Nothing is applied twice or out of order: a reader sees the counter only rise. Either would
   * happen if the client library's own resume were trusted.
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
            "b is in the middle of traffic",
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
   * With the answers held back the node serves what it has; when they flow again it has everything,
   * in order, and nothing was opened or loaded anew.
   */
  @Test
  void heldEventsArriveLate() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    a.runTransaction(tx -> tx.write("key", "1"));
    Await.until("b sees it", () -> "1".equals(b.read("key")));
    proxy.hold(Direction.TO_CLIENT);
    a.runTransaction(tx -> tx.write("key", "2"));
    Await.until("the event is on its way", () -> proxy.heldBytes(Direction.TO_CLIENT) > 0);
    assertEquals("1", b.read("key"));
    proxy.pass(Direction.TO_CLIENT);
    Await.until("b sees it", () -> "2".equals(b.read("key")));
    assertEquals(1, b.status().counters().watchesOpened());
  }

  /**
   * A commit whose answer is lost, and with it every event that would tell of it, ends within its
   * timeout and is reported as unknown; it was applied, which the node sees once it is back. Broken
   * if a lost answer were taken for a failure.
   */
  @Test
  void aLostAnswerIsNeverTakenForAFailure() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    b.runTransaction(tx -> tx.write("key", "before")); // whatever a first commit sets up is there
    proxy.swallow(Direction.TO_CLIENT);
    long start = System.nanoTime();
    assertThrows(
        CommitOutcomeUnknownException.class,
        () ->
            b.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofSeconds(2)),
                tx -> tx.write("key", "applied")));
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(6).toNanos());
    Await.until("it was applied all the same", () -> "applied".equals(a.read("key")));
    proxy.pass(Direction.TO_CLIENT);
    Await.until("b sees its own", () -> "applied".equals(b.read("key")));
    b.runTransaction(tx -> tx.write("key", "again"));
    Await.until("a sees it", () -> "again".equals(a.read("key")));
  }

  /**
   * An increment that was applied, and whose answer is lost with the connection, is confirmed once
   * the node is back, and was made once. Broken if it were sent again before its fate is known: its
   * own change would be the conflict for which the body runs again.
   */
  @Test
  void aCommitWhoseAnswerIsLostIsMadeOnce() {
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
   * Increments through a connection that is cut at random moments: the counter ends between the
   * increments that were confirmed and those plus the ones of unknown outcome. Broken if a commit
   * were reported failed although it was applied, or repeated although it may have been.
   */
  @Test
  void theCounterAgreesWithWhatWasReported() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    AtomicInteger confirmed = new AtomicInteger();
    AtomicInteger unknown = new AtomicInteger();
    try (Crew cutter = new Crew();
        Crew crew = new Crew()) {
      for (int thread = 0; thread < 4; thread++) {
        crew.start(
            () -> {
              for (int i = 0; i < 60; i++) {
                try {
                  b.runTransaction(CutConnectionTest::increment);
                  confirmed.incrementAndGet();
                } catch (CommitOutcomeUnknownException e) {
                  unknown.incrementAndGet();
                } catch (StoreUnavailableException e) {
                  // Not applied, and so not to be counted.
                }
              }
            });
      }
      cutter.start(
          () -> {
            for (int i = 0; i < 10; i++) {
              int mark = confirmed.get();
              Await.until(
                  "increments go on",
                  () -> confirmed.get() > mark + 10 || confirmed.get() + unknown.get() > 200);
              proxy.cut();
            }
          });
      crew.join();
    }
    // A transaction of b sees all that b has confirmed; a, with a watch of its own, may be behind.
    long last = b.callTransaction(Transaction::revision);
    Await.until("a has caught up", () -> a.revision() >= last);
    int counter = Integer.parseInt(String.valueOf(a.read("counter")));
    String all = confirmed + " confirmed, " + unknown + " unknown, the counter is " + counter;
    assertTrue(counter >= confirmed.get(), all);
    assertTrue(counter <= confirmed.get() + unknown.get(), all);
    assertTrue(confirmed.get() > 100, all);
  }

  /** A node behind a wall: commits fail in time, and it recovers when the wall is gone. */
  @Test
  void refusedConnections() {
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    b.runTransaction(tx -> tx.write("key", "1"));
    proxy.refuse();
    proxy.cut();
    Await.until("it knows", () -> !b.isSynced());
    assertThrows(
        PetaCoreException.class,
        () ->
            b.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofMillis(500)),
                tx -> tx.write("key", "2")));
    assertEquals("1", b.read("key"));
    proxy.accept();
    Await.until("it is back", b::isSynced);
    b.runTransaction(tx -> tx.write("key", "3"));
    assertEquals("3", b.read("key"));
  }
}
