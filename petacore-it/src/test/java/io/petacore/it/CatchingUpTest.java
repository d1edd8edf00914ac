package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.it.etcd.ChildProcess;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.io.BufferedReader;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that catch up with many changes, over a slow link or with little memory. */
@WithEtcd(own = true)
class CatchingUpTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String LARGE = "x".repeat(900_000);

  private final Nodes nodes;
  private final TcpProxy proxy;

  CatchingUpTest(EtcdCluster etcd) {
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  private static TransactionOptions longTimeout() {
    return TransactionOptions.defaults().timeout(PATIENCE);
  }

  /** At 2 Mbit/s. Fails if a watch is considered silent while a message is arriving. */
  @Test
  void aLargeCommitArrivesOverASlowLink() {
    DistributedStorage node = nodes.open(EtcdBackend.connectThrough(proxy));
    node.runTransaction(tx -> tx.write("small", "1"));
    proxy.throttle(Direction.TO_CLIENT, 250_000);
    node.runTransaction(longTimeout(), tx -> tx.write("large", LARGE));
    assertEquals(LARGE, node.read("large"));
    assertEquals(1, node.status().counters().watchesOpened());
  }

  /** The missing revisions arrive in one message, which takes much longer than a second. */
  @Test
  void aNodeThatWasCutOffCatchesUpOverASlowLink() {
    DistributedStorage writer = nodes.open();
    DistributedStorage node = nodes.open(EtcdBackend.connectThrough(proxy));
    node.runTransaction(tx -> tx.write("own", "1"));
    proxy.throttle(Direction.TO_CLIENT, 1_000_000);
    proxy.refuse();
    proxy.cut();
    for (int i = 0; i < 6; i++) {
      String key = "large-" + i;
      writer.runTransaction(tx -> tx.write(key, LARGE));
    }
    proxy.accept();
    node.runTransaction(longTimeout(), tx -> tx.write("own", "2"));
    Await.until("the node has caught up", PATIENCE, () -> LARGE.equals(node.read("large-5")));
    assertEquals(0, node.status().counters().resyncs());
    assertEquals(2, node.status().counters().watchesOpened());
  }

  /**
   * The missing changes exceed the heap. Fails if they arrive in one message, or if superseded
   * versions fill the heap.
   */
  @Test
  void aNodeWithLittleMemoryCatchesUpWithMuch() throws Exception {
    DistributedStorage writer = nodes.open();
    String endpoint = "http://127.0.0.1:" + proxy.address().getPort();
    Process process = FollowingProcess.start(96, endpoint, nodes.namespace());
    ChildProcess child = new ChildProcess(process);
    try (BufferedReader output = process.inputReader()) {
      assertEquals("open", output.readLine());
      proxy.refuse();
      proxy.cut();
      for (int i = 0; i < 100; i++) {
        String key = "large-" + i % 8;
        writer.runTransaction(tx -> tx.write(key, LARGE));
      }
      writer.runTransaction(tx -> tx.write(FollowingProcess.END, ""));
      proxy.accept();
      assertEquals("caught up, keys 9, watches 3, resyncs 0", output.readLine());
      assertEquals(0, process.waitFor());
    } finally {
      child.kill();
    }
  }

  /**
   * The load takes several times the request timeout and the open timeout, which bounds the time
   * without progress. Fails if a page times out while it is arriving.
   */
  @Test
  void aStateIsLoadedOverASlowLink() {
    DistributedStorage writer = nodes.open();
    String value = "x".repeat(1_000);
    for (int i = 0; i < 5; i++) {
      int part = i;
      writer.runTransaction(
          tx -> {
            for (int key = 0; key < 800; key++) {
              tx.write("key-%d-%d".formatted(part, key), value);
            }
          });
    }
    proxy.throttle(Direction.TO_CLIENT, 400_000);
    long started = System.nanoTime();
    DistributedStorage node =
        nodes.open(
            EtcdBackend.connectThrough(proxy),
            builder -> builder.openTimeout(Duration.ofSeconds(4)));
    Duration taken = Duration.ofNanos(System.nanoTime() - started);
    assertEquals(4_000, node.status().keys());
    assertTrue(
        taken.compareTo(Duration.ofSeconds(25)) < 0,
        "took " + taken + ", at least 10 s at this rate");
  }
}
