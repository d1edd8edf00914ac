package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.testing.SubscriptionRecorder;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions of a node whose connection to etcd breaks. */
@WithEtcd(own = true)
class EtcdSubscriptionTest {

  private static final KeyRange RANGE = KeyRange.prefix("k");

  private final Nodes nodes;
  private final TcpProxy proxy;
  private final EtcdBackend backend;

  EtcdSubscriptionTest(EtcdCluster etcd) {
    backend = new EtcdBackend(etcd);
    nodes = new Nodes(backend);
    proxy = TcpProxy.to(etcd.member().address());
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  private static Map<Bytes, Bytes> read(DistributedStorage node) {
    Map<Bytes, Bytes> all = new TreeMap<>();
    for (Entry entry : node.scan(RANGE)) {
      all.put(entry.key(), entry.value());
    }
    return all;
  }

  private static void write(DistributedStorage node, AtomicInteger written) {
    String key = "k" + ThreadLocalRandom.current().nextInt(20);
    boolean delete = ThreadLocalRandom.current().nextInt(4) == 0;
    String value = "v" + written.incrementAndGet();
    node.runTransaction(
        tx -> {
          if (delete) {
            tx.delete(Bytes.utf8(key));
          } else {
            tx.write(key, value);
          }
        });
  }

  /** Fails if a revision is delivered twice or left out where a watch ends and the next begins. */
  @Test
  void brokenConnectionsLoseAndRepeatNothing() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    SubscriptionRecorder quick = new SubscriptionRecorder(RANGE);
    SubscriptionRecorder slow =
        new SubscriptionRecorder(RANGE) {
          @Override
          protected void before(String call) {
            LockSupport.parkNanos(20_000_000);
          }
        };
    b.subscribe(RANGE, quick);
    b.subscribe(RANGE, SubscribeOptions.defaults().buffer(3, 1_000), slow);
    AtomicInteger written = new AtomicInteger();
    try (Crew crew = new Crew()) {
      crew.repeat(() -> write(a, written));
      for (int i = 0; i < 5 && !crew.isStopped(); i++) {
        long before = b.revision();
        Await.until("b follows", () -> b.revision() > before + 20 || crew.isStopped());
        proxy.cut();
      }
    }
    b.awaitRevision(a.revision(), Await.PATIENCE);
    quick.awaitPicture(read(a), " of the quick one");
    slow.awaitPicture(read(a), " of the slow one");
    assertEquals(0, b.status().counters().resyncs());
    assertTrue(quick.batches().size() > slow.batches().size());
  }

  /** Fails if what a resync changes is not delivered, or not as one batch. */
  @Test
  void whatWasMissedUntilACompactionIsOneBatch() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open(EtcdBackend.connectThrough(proxy));
    AtomicInteger written = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      write(a, written);
    }
    b.awaitRevision(a.revision(), Await.PATIENCE);
    SubscriptionRecorder recorder = new SubscriptionRecorder(RANGE);
    b.subscribe(RANGE, recorder);
    recorder.awaitPicture(read(a), "");
    proxy.refuse();
    proxy.cut();
    Await.until("b is disconnected", () -> !b.isSynced());
    int before = recorder.batches().size();
    for (int i = 0; i < 30; i++) {
      write(a, written);
    }
    a.runTransaction(tx -> tx.write("k", "created meanwhile"));
    backend.compact(a.revision());
    proxy.accept();
    b.awaitRevision(a.revision(), Await.PATIENCE);
    recorder.awaitPicture(read(a), "");
    assertEquals(1, b.status().counters().resyncs());
    assertEquals(before + 1, recorder.batches().size());
    assertTrue(recorder.batches().get(before).conflated());
    assertFalse(recorder.picture().isEmpty());
  }
}
