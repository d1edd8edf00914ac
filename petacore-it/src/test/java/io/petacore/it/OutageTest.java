package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.StorageStatus;
import io.petacore.data.Timestamp;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.Backup;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.store.KvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.Nodes;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcd is killed, paused, restarted, and restored from a backup. */
@WithEtcd(own = true)
class OutageTest {

  private static final TransactionOptions SHORT_TIMEOUT =
      TransactionOptions.defaults().timeout(Duration.ofSeconds(1));

  private final EtcdCluster etcd;
  private final Nodes nodes;

  OutageTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static void assertWithin(Duration bound, long start) {
    assertTrue(since(start).compareTo(bound) < 0, () -> "took " + since(start));
  }

  /**
   * Kills and restarts etcd under a writing node: reads continue, commits fail within their
   * timeout, and the nodes recover. Every acknowledged commit is preserved, and none that was
   * reported as not applied exists.
   */
  @Test
  void etcdIsKilledAndRestarted() {
    List<StorageStatus.State> states = new CopyOnWriteArrayList<>();
    DistributedStorage a =
        nodes.open(
            nodes.connect(),
            builder -> builder.statusListener(status -> states.add(status.state())));
    DistributedStorage b = nodes.open();
    for (int round = 0; round < 2; round++) {
      String value = "round-" + round;
      a.runTransaction(tx -> tx.write("key", value).write(value, "kept"));
      etcd.member().kill();
      Await.until("a is disconnected", () -> lastOf(states) == StorageStatus.State.DISCONNECTED);
      assertEquals(StorageStatus.State.DISCONNECTED, a.status().state());
      assertEquals(value, a.read("key"));
      long start = System.nanoTime();
      // Not in-doubt: without a connection nothing is sent.
      assertThrows(
          StoreUnavailableException.class,
          () -> a.runTransaction(SHORT_TIMEOUT, tx -> tx.write("key", "never")));
      assertWithin(Duration.ofSeconds(4), start);
      etcd.member().start();
      Await.until("both nodes are synced", () -> a.isSynced() && b.isSynced());
      assertEquals(value, a.read("key"), "a commit reported as not applied was applied");
      assertEquals("kept", b.read(value));
      b.runTransaction(tx -> tx.write("key", "after"));
      Await.until("a sees b's commit", () -> "after".equals(a.read("key")));
    }
    assertEquals(0, a.status().counters().resyncs());
    Await.until(
        "the listener has received SYNCED", () -> lastOf(states) == StorageStatus.State.SYNCED);
  }

  private static StorageStatus.State lastOf(List<StorageStatus.State> states) {
    return states.get(states.size() - 1);
  }

  /**
   * Kills etcd with commits in flight: acknowledged commits are preserved, failed ones were not
   * applied.
   */
  @Test
  void etcdIsKilledWithCommitsInFlight() {
    DistributedStorage a = nodes.open();
    List<String> acknowledged = new CopyOnWriteArrayList<>();
    List<String> failed = new CopyOnWriteArrayList<>();
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 4; thread++) {
        String name = "writer-" + thread + "/";
        crew.start(
            () -> {
              for (int i = 0; !crew.isStopped(); i++) {
                String key = name + i;
                try {
                  a.runTransaction(SHORT_TIMEOUT, tx -> tx.write(key, "value"));
                  acknowledged.add(key);
                } catch (StoreUnavailableException e) {
                  failed.add(key);
                } catch (CommitOutcomeUnknownException e) {
                  // Either outcome is correct.
                }
              }
            });
      }
      Await.until("commits", () -> acknowledged.size() > 100 || crew.isStopped());
      etcd.member().kill();
      Await.until("a is disconnected", () -> !a.isSynced() || crew.isStopped());
      int before = acknowledged.size();
      etcd.member().start();
      Await.until(
          "commits succeed again", () -> acknowledged.size() > before + 100 || crew.isStopped());
    }
    DistributedStorage fresh = nodes.open();
    acknowledged.forEach(key -> assertEquals("value", fresh.read(key), key));
    failed.forEach(key -> assertNull(fresh.read(key), key));
  }

  /** A paused server does not respond; the outcome of a commit is unknown. */
  @Test
  void etcdIsPausedAndResumed() {
    DistributedStorage a = nodes.open();
    a.runTransaction(tx -> tx.write("key", "1"));
    etcd.member().pause();
    long start = System.nanoTime();
    assertThrows(
        CommitOutcomeUnknownException.class,
        () -> a.runTransaction(SHORT_TIMEOUT, tx -> tx.write("key", "late")));
    assertWithin(Duration.ofSeconds(8), start);
    assertEquals("1", a.read("key"));
    etcd.member().resume();
    a.runTransaction(tx -> tx.write("other", "2"));
    assertEquals("2", a.read("other"));
    assertTrue(Set.of("1", "late").contains(String.valueOf(a.read("key"))));
  }

  /** Without etcd, opening fails within its timeout and leaves no thread running. */
  @Test
  void openFailsWithoutEtcd() {
    etcd.member().kill();
    Set<String> before = threads();
    long start = System.nanoTime();
    try (KvStore store = EtcdKvStore.connect(etcd.endpoints())) {
      StorageBuilder builder =
          DistributedStorage.builder(store)
              .namespace(nodes.namespace())
              .openTimeout(Duration.ofMillis(700));
      assertThrows(StoreUnavailableException.class, () -> builder.open().close());
      assertWithin(Duration.ofSeconds(3), start);
    }
    assertNoMoreThan(before);
  }

  /** etcd starts while a storage is opening. */
  @Test
  void etcdStartsDuringOpen() throws Exception {
    etcd.member().kill();
    try (Crew crew = new Crew()) {
      crew.start(() -> nodes.open().runTransaction(tx -> tx.write("key", "value")));
      etcd.member().start();
      crew.join();
    }
    assertEquals("value", nodes.open().read("key"));
  }

  /** Without etcd, close() returns within its bound, and every thread has ended. */
  @Test
  void closeWithoutEtcd() {
    Set<String> before = threads();
    KvStore store = EtcdKvStore.connect(etcd.endpoints());
    DistributedStorage a = nodes.open(store);
    a.runTransaction(tx -> tx.write("key", "value"));
    etcd.member().kill();
    Await.until("a is disconnected", () -> !a.isSynced());
    long start = System.nanoTime();
    a.close();
    store.close();
    assertWithin(Duration.ofSeconds(12), start);
    assertNoMoreThan(before);
  }

  private static Set<String> threads() {
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      names.add(thread.getName());
    }
    return names;
  }

  /** Asserts that no thread was started, except threads of the JDK and of test tools. */
  private static void assertNoMoreThan(Set<String> before) {
    Set<String> started = threads();
    started.removeAll(before);
    started.removeIf(
        name ->
            name.startsWith("ForkJoinPool.commonPool")
                || name.startsWith("HttpClient")
                || name.startsWith("globalEventExecutor") // shared by all users of Netty
                || name.startsWith("CompletableFutureDelayScheduler")
                || name.startsWith("process reaper"));
    assertEquals(Set.of(), started);
  }

  /**
   * Restores the cluster from a backup, with the same cluster ID, and reuses the same revisions for
   * other data. The node detects this, serves the restored state and no data of the lost history,
   * and its timestamps keep increasing.
   */
  @Test
  void etcdIsRestoredFromABackup(@TempDir Path directory) {
    TcpProxy proxy = TcpProxy.to(etcd.member().address());
    DistributedStorage a = nodes.open(EtcdBackend.connectThrough(proxy));
    a.runTransaction(tx -> tx.write("kept", "1").write("changed", "1").write("deleted", "1"));
    Backup backup = etcd.backup(directory);
    a.runTransaction(tx -> tx.write("changed", "2").delete("deleted").write("lost", "2"));
    for (int i = 0; i < 20; i++) {
      a.runTransaction(tx -> tx.write("lost", "3"));
    }
    Timestamp timestamp = Objects.requireNonNull(a.status().appliedTimestamp());
    try (Snapshot old = a.snapshot()) {
      proxy.refuse();
      proxy.cut();
      etcd.restore(backup);
      String changed = nodes.namespace() + "changed";
      for (int i = 0; i < 40; i++) {
        etcd.client().put(changed, "restored");
      }
      assertTrue(etcd.client().revision() > a.revision(), "the revisions are not reused");
      proxy.accept();
      Await.until("the restored state is visible", () -> "restored".equals(a.read("changed")));
      assertEquals("1", a.read("kept"));
      assertEquals("1", a.read("deleted"));
      assertNull(a.read("lost"));
      assertThrows(
          TransactionTooOldException.class,
          () -> old.read("changed"),
          "a snapshot of the lost history");
    }
    assertTrue(Objects.requireNonNull(a.status().appliedTimestamp()).compareTo(timestamp) > 0);
    a.runTransaction(tx -> tx.write("kept", "4"));
    assertEquals("4", nodes.open().read("kept"));
    proxy.close();
  }

  /**
   * Restores the cluster while one commit is in flight, one is pending, and one transaction is
   * open. Only the pending one is committed, by a retry on the restored state; the others fail, and
   * the session in the backup ends. Fails if a commit survives the history that it was checked
   * against: its guards hold in the restored state, too.
   */
  @Test
  void commitsOfTheLostHistoryFail(@TempDir Path directory) throws Exception {
    List<StorageStatus.State> states = new CopyOnWriteArrayList<>();
    TransactionOptions longTimeout = TransactionOptions.defaults().timeout(Duration.ofMinutes(1));
    try (TcpProxy proxy = TcpProxy.to(etcd.member().address())) {
      DistributedStorage a =
          nodes.open(
              EtcdBackend.connectThrough(proxy),
              builder ->
                  builder
                      .maxInFlight(1)
                      .statusListener(status -> states.add(status.state()))
                      .sessionTimeout(Duration.ofMinutes(10)));
      a.runTransaction(tx -> tx.write("kept", "1"));
      Backup backup = etcd.backup(directory);
      a.runTransaction(tx -> tx.write("lost", "1"));
      long resyncs = a.status().counters().resyncs();
      ExplicitTransaction open = a.begin(longTimeout).write("open", "never");
      proxy.hold(Direction.TO_SERVER);
      var sent = a.runTransactionAsync(longTimeout, tx -> tx.write("sent", "never"));
      var pending =
          a.runTransactionAsync(
              longTimeout, tx -> tx.write("pending", Objects.requireNonNull(tx.read("kept"))));
      Await.until("one commit is held", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
      proxy.refuse();
      proxy.cut();
      etcd.restore(backup);
      for (int i = 0; i < 10; i++) {
        etcd.client().put(nodes.namespace() + "kept", "restored");
      }
      proxy.pass(Direction.TO_SERVER);
      proxy.accept();
      assertInstanceOf(CommitOutcomeUnknownException.class, failureOf(sent));
      pending.get(30, TimeUnit.SECONDS);
      Await.until("the restored state is visible", () -> "restored".equals(a.read("kept")));
      assertThrows(TransactionTooOldException.class, open::commit);
      Await.until("a is synced", a::isSynced);
      assertEquals(resyncs + 1, a.status().counters().resyncs());
      assertEquals(1, a.status().counters().sessionsLost());
      a.runTransaction(tx -> tx.write("after", "1"));
      String sessions = nodes.namespace() + "\0s/";
      Await.until("only the new session is left", () -> etcd.client().count(sessions) == 1);
      for (String key : List.of("lost", "open", "sent")) {
        assertEquals(Optional.empty(), etcd.client().get(nodes.namespace() + key), key);
      }
      assertEquals("restored", a.read("pending"));
      Await.until(
          "the listener has received SYNCED", () -> lastOf(states) == StorageStatus.State.SYNCED);
      assertTrue(states.contains(StorageStatus.State.DISCONNECTED), states.toString());
    }
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    return Objects.requireNonNull(failure.getCause());
  }
}
