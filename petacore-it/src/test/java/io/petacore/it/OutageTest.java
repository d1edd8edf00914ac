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

/** etcd itself is away, comes back, and comes back as somebody else. */
@WithEtcd(own = true)
class OutageTest {

  private static final TransactionOptions IMPATIENT =
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
   * etcd is killed under a writing node and started again: reads go on all the time, commits fail
   * within their timeout, and then everything goes on by itself: every confirmed commit is there,
   * and none that was said not to be applied.
   */
  @Test
  void killedAndStartedAgain() {
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
      Await.until("a knows", () -> lastOf(states) == StorageStatus.State.DISCONNECTED);
      assertEquals(StorageStatus.State.DISCONNECTED, a.status().state());
      assertEquals(value, a.read("key"));
      long start = System.nanoTime();
      // Not in doubt: what no connection takes never leaves.
      assertThrows(
          StoreUnavailableException.class,
          () -> a.runTransaction(IMPATIENT, tx -> tx.write("key", "never")));
      assertWithin(Duration.ofSeconds(4), start);
      etcd.member().start();
      Await.until("both are back", () -> a.isSynced() && b.isSynced());
      assertEquals(value, a.read("key"), "what was said not to be applied is not");
      assertEquals("kept", b.read(value));
      b.runTransaction(tx -> tx.write("key", "after"));
      Await.until("a sees b's commit", () -> "after".equals(a.read("key")));
    }
    assertEquals(0, a.status().counters().resyncs());
    Await.until("the listener was told", () -> lastOf(states) == StorageStatus.State.SYNCED);
  }

  private static StorageStatus.State lastOf(List<StorageStatus.State> states) {
    return states.get(states.size() - 1);
  }

  /**
   * etcd is killed with commits in flight: what was confirmed is there, what was refused is not.
   */
  @Test
  void killedWithCommitsInFlight() {
    DistributedStorage a = nodes.open();
    List<String> confirmed = new CopyOnWriteArrayList<>();
    List<String> refused = new CopyOnWriteArrayList<>();
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < 4; thread++) {
        String name = "writer-" + thread + "/";
        crew.start(
            () -> {
              for (int i = 0; !crew.isStopped(); i++) {
                String key = name + i;
                try {
                  a.runTransaction(IMPATIENT, tx -> tx.write(key, "value"));
                  confirmed.add(key);
                } catch (StoreUnavailableException e) {
                  refused.add(key);
                } catch (CommitOutcomeUnknownException e) {
                  // Nothing is claimed about it.
                }
              }
            });
      }
      Await.until("traffic", () -> confirmed.size() > 100 || crew.isStopped());
      etcd.member().kill();
      Await.until("a knows", () -> !a.isSynced() || crew.isStopped());
      int before = confirmed.size();
      etcd.member().start();
      Await.until("commits again", () -> confirmed.size() > before + 100 || crew.isStopped());
    }
    DistributedStorage fresh = nodes.open();
    confirmed.forEach(key -> assertEquals("value", fresh.read(key), key));
    refused.forEach(key -> assertNull(fresh.read(key), key));
  }

  /**
   * A stopped server is silent, which is the worst kind of away; it is no failure that is invented.
   */
  @Test
  void stoppedAndGoingOn() {
    DistributedStorage a = nodes.open();
    a.runTransaction(tx -> tx.write("key", "1"));
    etcd.member().pause();
    long start = System.nanoTime();
    assertThrows(
        CommitOutcomeUnknownException.class,
        () -> a.runTransaction(IMPATIENT, tx -> tx.write("key", "late")));
    assertWithin(Duration.ofSeconds(8), start);
    assertEquals("1", a.read("key"));
    etcd.member().resume();
    a.runTransaction(tx -> tx.write("other", "2"));
    assertEquals("2", a.read("other"));
    assertTrue(Set.of("1", "late").contains(String.valueOf(a.read("key"))));
  }

  /**
   * With etcd away, opening fails within its timeout, says which timeout, and leaves nothing
   * behind.
   */
  @Test
  void awayAtOpen() {
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

  /** etcd comes while a storage waits for it. */
  @Test
  void comesWhileOpening() throws Exception {
    etcd.member().kill();
    try (Crew crew = new Crew()) {
      crew.start(() -> nodes.open().runTransaction(tx -> tx.write("key", "value")));
      etcd.member().start();
      crew.join();
    }
    assertEquals("value", nodes.open().read("key"));
  }

  /** close() returns within its bound with etcd gone, and every thread has ended. */
  @Test
  void closeWhileAway() {
    Set<String> before = threads();
    KvStore store = EtcdKvStore.connect(etcd.endpoints());
    DistributedStorage a = nodes.open(store);
    a.runTransaction(tx -> tx.write("key", "value"));
    etcd.member().kill();
    Await.until("a knows", () -> !a.isSynced());
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

  /** Threads of the JDK and of this test's own tools come and go. */
  private static void assertNoMoreThan(Set<String> before) {
    Set<String> started = threads();
    started.removeAll(before);
    started.removeIf(
        name ->
            name.startsWith("ForkJoinPool.commonPool")
                || name.startsWith("HttpClient")
                || name.startsWith("globalEventExecutor") // Netty's, for all of its users
                || name.startsWith("CompletableFutureDelayScheduler")
                || name.startsWith("process reaper"));
    assertEquals(Set.of(), started);
  }

  /**
   * The cluster is restored from an older backup, under the same cluster id, and hands out the same
   * revisions again for other data: the node notices, shows what is there now and nothing of the
   * lost world, and its versions go on rising.
   */
  @Test
  void restoredFromABackup(@TempDir Path directory) {
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
      assertTrue(etcd.client().revision() > a.revision(), "the revisions mean other data");
      proxy.accept();
      Await.until("the new world is seen", () -> "restored".equals(a.read("changed")));
      assertEquals("1", a.read("kept"));
      assertEquals("1", a.read("deleted"));
      assertNull(a.read("lost"));
      assertThrows(TransactionTooOldException.class, () -> old.read("changed"), "a lost world");
    }
    assertTrue(Objects.requireNonNull(a.status().appliedTimestamp()).compareTo(timestamp) > 0);
    a.runTransaction(tx -> tx.write("kept", "4"));
    assertEquals("4", nodes.open().read("kept"));
    proxy.close();
  }

  /**
   * A cluster is restored under commits: one in flight, one that waits behind it, one that was only
   * begun. Only the one that waits is committed, by running it again on the restored state; the
   * others fail with what can be said, and the session that the backup holds ends. Broken if a
   * commit outlived the history that it was checked against: all guards of these hold in the
   * restored state, too.
   */
  @Test
  void commitsOfALostWorldEndWithIt(@TempDir Path directory) throws Exception {
    List<StorageStatus.State> states = new CopyOnWriteArrayList<>();
    TransactionOptions patient = TransactionOptions.defaults().timeout(Duration.ofMinutes(1));
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
      ExplicitTransaction begun = a.begin(patient).write("begun", "never");
      proxy.hold(Direction.TO_SERVER);
      var sent = a.runTransactionAsync(patient, tx -> tx.write("sent", "never"));
      var waiting =
          a.runTransactionAsync(
              patient, tx -> tx.write("waiting", Objects.requireNonNull(tx.read("kept"))));
      Await.until("one is on its way", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
      proxy.refuse();
      proxy.cut();
      etcd.restore(backup);
      for (int i = 0; i < 10; i++) {
        etcd.client().put(nodes.namespace() + "kept", "restored");
      }
      proxy.pass(Direction.TO_SERVER);
      proxy.accept();
      assertInstanceOf(CommitOutcomeUnknownException.class, failureOf(sent));
      waiting.get(30, TimeUnit.SECONDS);
      Await.until("the new world is seen", () -> "restored".equals(a.read("kept")));
      assertThrows(TransactionTooOldException.class, begun::commit);
      Await.until("it is synced", a::isSynced);
      assertEquals(resyncs + 1, a.status().counters().resyncs());
      assertEquals(1, a.status().counters().sessionsLost());
      a.runTransaction(tx -> tx.write("after", "1"));
      String sessions = nodes.namespace() + "\0s/";
      Await.until("only the new session is left", () -> etcd.client().count(sessions) == 1);
      for (String key : List.of("lost", "begun", "sent")) {
        assertEquals(Optional.empty(), etcd.client().get(nodes.namespace() + key), key);
      }
      assertEquals("restored", a.read("waiting"));
      Await.until("the listener was told", () -> lastOf(states) == StorageStatus.State.SYNCED);
      assertTrue(states.contains(StorageStatus.State.DISCONNECTED), states.toString());
    }
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    return Objects.requireNonNull(failure.getCause());
  }
}
