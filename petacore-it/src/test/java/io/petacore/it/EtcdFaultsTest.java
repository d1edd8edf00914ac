package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.Batch;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Failures that the store reports while etcd is paused or killed. */
@WithEtcd(own = true)
class EtcdFaultsTest {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);

  private final EtcdCluster etcd;
  private final String namespace;
  private final KvStore store;

  EtcdFaultsTest(EtcdCluster etcd) {
    this.etcd = etcd;
    namespace = etcd.freshNamespace();
    store =
        EtcdKvStore.builder().endpoints(etcd.endpoints()).requestTimeout(REQUEST_TIMEOUT).connect();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private CompletableFuture<?> put(String name, String value) {
    Operation put = new Operation.Put(Bytes.utf8(namespace + name), Bytes.utf8(value));
    return store.commit(new Batch(List.of(), List.of(put), List.of()));
  }

  private CompletableFuture<?> range() {
    return store.range(new RangeRequest(KeyRange.prefix(namespace), 0, 0));
  }

  private RecordingListener watch() throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    store.watch(KeyRange.prefix(namespace), 1, listener);
    return listener.awaitOpened();
  }

  private boolean watchOpens() throws InterruptedException {
    try {
      watch();
      return true;
    } catch (AssertionError ended) {
      return false;
    }
  }

  /** The request was sent and may be applied after its timeout. */
  @Test
  void aCommitToAPausedServerIsInDoubt() throws Exception {
    Answers.answer(put("k", "before"));
    etcd.member().pause();
    CompletableFuture<?> commit = put("k", "late");
    CompletableFuture<?> read = range();
    CompletableFuture<?> grant = store.grantLease(Duration.ofMinutes(1));
    Answers.assertFails(Kind.OUTCOME_UNKNOWN, commit);
    Answers.assertFails(Kind.UNAVAILABLE, read);
    Answers.assertFails(Kind.UNAVAILABLE, grant);
    etcd.member().resume();
    Await.until("requests succeed", () -> Answers.answer(put("x", "after")) != null);
  }

  /** The keepalive detects that the server of an open watch is silent. */
  @Test
  void aWatchEndsWhenTheServerIsPaused() throws Exception {
    RecordingListener listener = watch();
    etcd.member().pause();
    assertEquals(Kind.UNAVAILABLE, listener.awaitEnd().kind());
    etcd.member().resume();
    Await.until("a watch opens again", this::watchOpens);
  }

  /** Only the HTTP/2 keepalive detects that a machine has gone. */
  @Test
  void aPausedServerIsDetectedWithinTwiceTheKeepalive() {
    Duration keepAlive = Duration.ofSeconds(10);
    try (KvStore kept =
            EtcdKvStore.builder()
                .endpoints(etcd.endpoints())
                .keepAlive(keepAlive, Duration.ofSeconds(2))
                .connect();
        DistributedStorage storage =
            DistributedStorage.builder(kept).namespace(etcd.freshNamespace()).open()) {
      storage.runTransaction(tx -> tx.write("key", "value"));
      etcd.member().pause();
      long start = System.nanoTime();
      Await.until(
          "the storage is disconnected",
          keepAlive.multipliedBy(3),
          () -> storage.status().state() == StorageStatus.State.DISCONNECTED);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(keepAlive.multipliedBy(2)) < 0, "took " + took);
      etcd.member().resume();
      Await.until("the storage is synced", storage::isSynced);
    }
  }

  /** Without a connection, a commit is known not to be applied. */
  @Test
  void commitsAfterTheServerWasKilledAreNotInDoubt() throws Exception {
    RecordingListener listener = watch();
    Answers.answer(put("k", "1"));
    listener.nextRevision();
    etcd.member().kill();
    assertEquals(Kind.UNAVAILABLE, listener.awaitEnd().kind());
    for (int i = 0; i < 3; i++) {
      Answers.assertFails(Kind.UNAVAILABLE, put("k", "never"));
    }
    Answers.assertFails(Kind.UNAVAILABLE, range());
    etcd.member().start();
    Await.until("requests succeed", () -> Answers.answer(range()) != null);
    assertEquals("1", etcd.client().get(namespace + "k").orElseThrow());
    Answers.answer(put("k", "2"));
    assertEquals("2", etcd.client().get(namespace + "k").orElseThrow());
  }

  /** Commits in flight when the server is killed complete; acknowledged commits are in etcd. */
  @Test
  void commitsInFlightCompleteWhenTheServerIsKilled() throws Exception {
    List<CompletableFuture<?>> commits = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      commits.add(put("k" + i, "v"));
    }
    Answers.answer(commits.get(0));
    etcd.member().kill();
    for (CompletableFuture<?> commit : commits) {
      Answers.answer(commit.handle((result, failure) -> true));
    }
    etcd.member().start();
    for (int i = 0; i < commits.size(); i++) {
      if (!commits.get(i).isCompletedExceptionally()) {
        assertEquals("v", etcd.client().get(namespace + "k" + i).orElseThrow());
      }
    }
  }

  @Test
  void closeWhileTheServerIsPausedIsFastAndReportsUnknownOutcomes() throws Exception {
    Answers.answer(put("k", "1"));
    RecordingListener listener = watch();
    listener.nextRevision();
    etcd.member().pause();
    CompletableFuture<?> commit = put("k", "2");
    CompletableFuture<?> read = range();
    long start = System.nanoTime();
    store.close();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Answers.assertFails(Kind.OUTCOME_UNKNOWN, commit);
    Answers.assertFails(Kind.CLOSED, read);
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
    assertTrue(took.toSeconds() < 5, "took " + took);
  }
}
