package io.petacore.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.StoreUnavailableException;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.subscription.ChangeBatch;
import io.petacore.subscription.ChangeListener;
import io.petacore.subscription.SubscribeOptions;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What each fault does to the nodes. */
@PetaCoreTest(nodes = 3)
class FaultsTest {

  @Test
  void nodesSeeEachOthersCommits(
      DistributedStorage first,
      DistributedStorage second,
      DistributedStorage third,
      TestCluster cluster) {
    first.runTransaction(tx -> tx.write("a", "1"));
    cluster.awaitQuiet();
    assertEquals("1", second.read("a"));
    assertEquals("1", third.read("a"));
    assertEquals(List.of(first, second, third), cluster.nodes());
  }

  /** Broken if an event passes after the cut, or a commit does. */
  @Test
  void aNodeThatIsCutOffKeepsItsStateAndCannotCommit(
      DistributedStorage first, DistributedStorage second, TestCluster cluster) {
    first.runTransaction(tx -> tx.write("a", "1"));
    cluster.awaitQuiet();
    cluster.cut(second);
    first.runTransaction(tx -> tx.write("a", "2"));
    cluster.awaitQuiet(); // of the nodes that are not cut off
    assertEquals("1", second.read("a"));
    Await.until("the node knows", () -> !second.isSynced());
    TransactionOptions brief = TransactionOptions.defaults().timeout(Duration.ofMillis(50));
    assertThrows(
        StoreUnavailableException.class,
        () -> second.runTransaction(brief, tx -> tx.write("b", "1")));

    cluster.heal();
    cluster.awaitQuiet();
    assertEquals("2", second.read("a"));
    second.runTransaction(tx -> tx.write("b", "1"));
  }

  @Test
  void allNodesCutOffAreNotQuiet(TestCluster cluster) {
    cluster.nodes().forEach(cluster::cut);
    assertThrows(IllegalStateException.class, cluster::awaitQuiet);
  }

  /** Broken if the answer arrives, or if the commit is sent again. */
  @Test
  void aLostAnswerIsResolved(DistributedStorage storage, TestCluster cluster) {
    AtomicInteger runs = new AtomicInteger();
    cluster.loseNextAnswer();
    storage.runTransaction(
        tx -> {
          runs.incrementAndGet();
          tx.add(Bytes.utf8("counter"), 1);
        });
    assertEquals(1, runs.get());
    assertEquals(1, storage.add(Bytes.utf8("counter"), 0));
    StorageStatus.Failure failure = storage.status().lastFailure();
    assertTrue(
        failure != null && failure.reason().contains("lost by the test"),
        () -> storage.status().toString());
  }

  /** Broken if the conflict is not one, changes the state, or occurs twice. */
  @Test
  void aConflictRunsTheBodyOnceMore(DistributedStorage storage, TestCluster cluster) {
    storage.runTransaction(tx -> tx.write("present", "1"));
    for (String key : List.of("present", "absent")) {
      String before = storage.read(key);
      AtomicInteger runs = new AtomicInteger();
      cluster.conflictNext(key);
      storage.runTransaction(tx -> tx.write("other", "1")); // changes another key
      storage.runTransaction(
          tx -> {
            runs.incrementAndGet();
            assertEquals(before, tx.read(key), key);
            tx.write(key, "2");
          });
      assertEquals(2, runs.get(), key);
      storage.runTransaction(
          tx -> {
            runs.incrementAndGet();
            tx.write(key, "3");
          });
      assertEquals(3, runs.get(), key);
    }
  }

  /** Broken if an event overtakes another, or does not arrive. */
  @Test
  void delayedEventsKeepTheirOrder(
      DistributedStorage first, DistributedStorage second, TestCluster cluster) {
    List<String> seen = new CopyOnWriteArrayList<>();
    var unused =
        second.subscribe(
            KeyRange.all(),
            SubscribeOptions.defaults().withoutInitialState(), // which may hold changes made soon
            new ChangeListener() {
              @Override
              public void onChanges(ChangeBatch batch) {
                batch.changes().forEach(change -> seen.add(change.key().toUtf8()));
              }
            });
    cluster.delay(second, Duration.ofHours(1));
    first.runTransaction(tx -> tx.write("1", ""));
    assertNull(second.read("1"));
    cluster.delay(second, Duration.ZERO);
    first.runTransaction(tx -> tx.write("2", ""));
    first.runTransaction(tx -> tx.write("3", ""));
    cluster.awaitQuiet();
    assertEquals(List.of("1", "2", "3"), seen);
  }

  @Test
  void delaysConcernRequestsToo(DistributedStorage storage, TestCluster cluster) {
    storage.runTransaction(tx -> tx.write("a", "1"));
    cluster.delay(Duration.ofMillis(40));
    long begun = System.nanoTime();
    storage.runTransaction(tx -> tx.write("a", "2"));
    assertTrue(System.nanoTime() - begun >= Duration.ofMillis(40).toNanos());
    assertThrows(IllegalArgumentException.class, () -> cluster.delay(Duration.ofMillis(-1)));
  }

  @Test
  void timestampsComeFromTheClock(DistributedStorage storage, TestClock clock) {
    clock.set(Instant.parse("2030-01-01T00:00:00Z"));
    CommitResult result = storage.runTransaction(tx -> tx.write("a", "1"));
    clock.advance(Duration.ofHours(1));
    storage.runTransaction(tx -> tx.write("a", "2"));
    assertEquals(Instant.parse("2030-01-01T01:00:00Z"), clock.now());
    try (var earlier = storage.snapshotAt(Instant.parse("2030-01-01T00:30:00Z"))) {
      assertEquals("1", earlier.read("a"));
      assertEquals(result.revision(), earlier.revision());
    }
  }

  @Test
  void foreignWritesGoToTheStore(DistributedStorage storage, TestCluster cluster) {
    Bytes key = Bytes.utf8(cluster.namespace() + "a");
    cluster
        .store()
        .commit(
            new Batch(List.of(), List.of(new Operation.Put(key, Bytes.utf8("foreign"))), List.of()))
        .join();
    cluster.awaitQuiet();
    assertEquals("foreign", storage.read("a"));
  }

  @Test
  void storagesOfOthersAreRefused(TestCluster cluster) {
    try (TestCluster other = TestCluster.builder().open()) {
      assertThrows(IllegalArgumentException.class, () -> cluster.cut(other.node(0)));
    }
    assertThrows(IllegalArgumentException.class, () -> TestCluster.builder().nodes(0));
  }

  /** Broken if closing waits for a node that is cut off, or leaves a thread. */
  @Test
  void closingEndsEverything(TestCluster unused) {
    TestCluster cluster = TestCluster.builder().nodes(2).open();
    cluster.conflictNext("a");
    cluster.delay(Duration.ofMillis(1));
    cluster.cut(cluster.node(0));
    cluster.close();
    cluster.close();
    assertFalse(cluster.node(0).isSynced());
  }
}
