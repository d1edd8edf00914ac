package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.store.BatchResult;
import io.petacore.store.KvStore;
import io.petacore.store.RangeRequest;
import io.petacore.testing.Answers;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A commit that a proxy holds until its session fence has been advanced or its lease has ended.
 *
 * <p><b>Invariant.</b> After the fencing point (the session fence was advanced, or its lease has
 * ended) etcd rejects the commit whenever it arrives, and the reported outcome remains true.
 *
 * <p><b>Interleaving.</b> The commit is sent and held by the proxy. The session passes the fencing
 * point, and the commit is resolved. Another node writes the same key. Then the commit arrives:
 * etcd responds, on the original connection, that it was not applied. The commit has no guards
 * (Read Committed), so only the session fence protects the newer value.
 */
@WithEtcd(own = true)
class DelayedRequestTest {

  /** A commit becomes in-doubt after half of the timeout. */
  private static final TransactionOptions UNGUARDED =
      TransactionOptions.defaults()
          .isolation(IsolationLevel.READ_COMMITTED)
          .timeout(Duration.ofSeconds(3));

  private final EtcdCluster etcd;
  private final Nodes nodes;
  private final TcpProxy proxy;
  private final DetourStore store;
  private final DistributedStorage storage;

  DelayedRequestTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
    proxy = TcpProxy.to(etcd.member().address());
    KvStore detour =
        EtcdKvStore.builder()
            .endpoints("http://127.0.0.1:" + proxy.address().getPort())
            .requestTimeout(Duration.ofMinutes(1)) // waits for the late response
            .connect();
    store = new DetourStore(nodes.connect(), detour, nodes.namespace());
    storage = nodes.open(store, builder -> builder.sessionTimeout(Duration.ofSeconds(2)));
    // Connects through the proxy.
    Await.until(
        "a response through the proxy",
        () -> Answers.answer(detour.range(new RangeRequest(KeyRange.all(), 0, 1))) != null);
  }

  @BeforeEach
  void begin() {
    storage.runTransaction(tx -> tx.write("key", "old"));
  }

  @AfterEach
  void close() {
    nodes.close();
    proxy.close();
  }

  /**
   * A held commit.
   *
   * @param response the response of etcd
   * @param outcome the outcome for the caller
   */
  private record Delayed(
      CompletableFuture<BatchResult> response, CompletableFuture<CommitResult> outcome) {}

  private Delayed delay() {
    return delay(UNGUARDED);
  }

  private Delayed delay(TransactionOptions options) {
    proxy.hold(Direction.TO_SERVER);
    CompletableFuture<BatchResult> response = store.detourNext();
    CompletableFuture<CommitResult> outcome =
        storage.runTransactionAsync(options, tx -> tx.write("key", "delayed"));
    Await.until("the commit is held", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
    return new Delayed(response, outcome);
  }

  private BatchResult deliver(Delayed delayed) throws Exception {
    assertFalse(delayed.response().isDone());
    proxy.pass(Direction.TO_SERVER);
    return Answers.answer(delayed.response());
  }

  private void assertRejectedOnArrival(Delayed delayed) throws Exception {
    DistributedStorage another = nodes.open();
    another.runTransaction(tx -> tx.write("key", "newer"));
    long newest = etcd.client().revision();
    assertFalse(deliver(delayed).applied());
    assertEquals(newest, etcd.client().revision(), "the late request wrote a revision");
    assertEquals(Optional.of("newer"), etcd.client().get(nodes.namespace() + "key"));
    assertEquals("newer", another.read("key"));
    another.close();
  }

  private void assertCommittedByResend(Delayed delayed) throws Exception {
    CommitResult result = Answers.answer(delayed.outcome());
    assertTrue(result.revision() > 0);
    assertEquals("delayed", storage.read("key"));
    assertEquals(1, storage.status().counters().resolvedNotApplied());
    assertEquals(1, storage.status().counters().resent(), "number of resends");
  }

  private <X extends Throwable> void assertFailed(Class<X> failure, Delayed delayed) {
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> Answers.answer(delayed.outcome()));
    assertInstanceOf(failure, thrown.getCause());
    assertEquals(Optional.of("old"), etcd.client().get(nodes.namespace() + "key"));
  }

  /** Control: the same request is applied if it is held for a shorter time. */
  @Test
  void itIsAppliedInTime() throws Exception {
    Delayed delayed = delay();
    assertTrue(deliver(delayed).applied());
    Answers.answer(delayed.outcome());
    assertEquals("delayed", storage.read("key"));
    assertEquals(0, storage.status().counters().resent());
  }

  /** The session fence is advanced; then the transaction is resent and committed. */
  @Test
  void afterItsFenceWasAdvanced() throws Exception {
    Delayed delayed = delay();
    assertCommittedByResend(delayed);
    assertEquals(0, storage.status().counters().sessionsLost());
    assertRejectedOnArrival(delayed);
  }

  /** The session fence is advanced, and the transaction cannot be resent: it is not applied. */
  @Test
  void afterItWasReportedAsNotApplied() throws Exception {
    store.refuseCommits();
    Delayed delayed = delay();
    assertFailed(StoreUnavailableException.class, delayed);
    assertEquals(1, storage.status().counters().resolvedNotApplied());
    assertRejectedOnArrival(delayed);
  }

  /** The session's lease is revoked; a new session resends the transaction. */
  @Test
  void afterItsLeaseWasRevoked() throws Exception {
    Delayed delayed = delay();
    etcd.client().revokeLease(store.lease());
    assertCommittedByResend(delayed);
    assertEquals(1, storage.status().counters().sessionsLost());
    assertRejectedOnArrival(delayed);
  }

  /** The session's lease expires, since it is not renewed. */
  @Test
  void afterItsLeaseHasExpired() throws Exception {
    long lease = store.lease();
    store.stopRenewing();
    Delayed delayed = delay(UNGUARDED.timeout(Duration.ofSeconds(20)));
    Await.until("a new session is open", () -> store.lease() != lease);
    assertCommittedByResend(delayed);
    assertEquals(1, storage.status().counters().sessionsLost());
    assertRejectedOnArrival(delayed);
  }

  /** The storage is closed, which resolves the commit; the same process opens another storage. */
  @Test
  void afterItsStorageWasClosed() throws Exception {
    Delayed delayed = delay();
    storage.close();
    assertFailed(StorageClosedException.class, delayed);
    assertRejectedOnArrival(delayed);
  }
}
