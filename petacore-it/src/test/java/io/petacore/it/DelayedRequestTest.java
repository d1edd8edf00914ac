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
 * A commit that a proxy holds back until its session has moved on.
 *
 * <p><b>Invariant.</b> From the border on (the fence was raised, or its lease has ended) etcd
 * refuses the commit, whenever it arrives, and what its owner was told before stays true.
 *
 * <p><b>Interleaving.</b> The commit leaves, and stays in the proxy. The session goes on to the
 * border without it, and its owner is told. Somebody else writes the same key. Then the commit
 * arrives: etcd answers it, on the connection on which it was sent, that it was not applied. The
 * commit is one without guards of its own (Read Committed), so nothing but the fence stands between
 * it and the newer value.
 */
@WithEtcd(own = true)
class DelayedRequestTest {

  /** Doubt arises at half of it. */
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
            .requestTimeout(Duration.ofMinutes(1)) // the answer is awaited, however late
            .connect();
    store = new DetourStore(nodes.connect(), detour, nodes.namespace());
    storage = nodes.open(store, builder -> builder.sessionTimeout(Duration.ofSeconds(2)));
    // The other way is open, too.
    Await.until(
        "an answer through the proxy",
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
   * A commit in the proxy.
   *
   * @param answer what etcd will answer
   * @param told what its owner is told
   */
  private record Delayed(
      CompletableFuture<BatchResult> answer, CompletableFuture<CommitResult> told) {}

  private Delayed delay() {
    return delay(UNGUARDED);
  }

  private Delayed delay(TransactionOptions options) {
    proxy.hold(Direction.TO_SERVER);
    CompletableFuture<BatchResult> answer = store.detourNext();
    CompletableFuture<CommitResult> told =
        storage.runTransactionAsync(options, tx -> tx.write("key", "delayed"));
    Await.until("it is on its way", () -> proxy.heldBytes(Direction.TO_SERVER) > 0);
    return new Delayed(answer, told);
  }

  private BatchResult arrive(Delayed delayed) throws Exception {
    assertFalse(delayed.answer().isDone());
    proxy.pass(Direction.TO_SERVER);
    return Answers.answer(delayed.answer());
  }

  private void assertArrivesInVain(Delayed delayed) throws Exception {
    DistributedStorage another = nodes.open();
    another.runTransaction(tx -> tx.write("key", "newer"));
    long newest = etcd.client().revision();
    assertFalse(arrive(delayed).applied());
    assertEquals(newest, etcd.client().revision(), "nothing at all was written");
    assertEquals(Optional.of("newer"), etcd.client().get(nodes.namespace() + "key"));
    assertEquals("newer", another.read("key"));
    another.close();
  }

  private void assertDone(Delayed delayed) throws Exception {
    CommitResult result = Answers.answer(delayed.told());
    assertTrue(result.revision() > 0);
    assertEquals("delayed", storage.read("key"));
    assertEquals(1, storage.status().counters().resolvedNotApplied());
    assertEquals(1, storage.status().counters().resent(), "by a second request");
  }

  private <X extends Throwable> void assertTold(Class<X> failure, Delayed delayed) {
    ExecutionException told =
        assertThrows(ExecutionException.class, () -> Answers.answer(delayed.told()));
    assertInstanceOf(failure, told.getCause());
    assertEquals(Optional.of("old"), etcd.client().get(nodes.namespace() + "key"));
  }

  /** What the others are worth: held for less long, the same request is applied. */
  @Test
  void inTimeItIsApplied() throws Exception {
    Delayed delayed = delay();
    assertTrue(arrive(delayed).applied());
    Answers.answer(delayed.told());
    assertEquals("delayed", storage.read("key"));
    assertEquals(0, storage.status().counters().resent());
  }

  /** The fence is raised; then the transaction is sent again, and done. */
  @Test
  void afterItsFenceWasRaised() throws Exception {
    Delayed delayed = delay();
    assertDone(delayed);
    assertEquals(0, storage.status().counters().sessionsLost());
    assertArrivesInVain(delayed);
  }

  /** The fence is raised, and nothing can be sent again: so nothing was applied, nor will be. */
  @Test
  void afterItWasReportedAsNotApplied() throws Exception {
    store.refuseCommits();
    Delayed delayed = delay();
    assertTold(StoreUnavailableException.class, delayed);
    assertEquals(1, storage.status().counters().resolvedNotApplied());
    assertArrivesInVain(delayed);
  }

  /** Somebody revokes the session's lease; another session sends the transaction again. */
  @Test
  void afterItsLeaseWasRevoked() throws Exception {
    Delayed delayed = delay();
    etcd.client().revokeLease(store.lease());
    assertDone(delayed);
    assertEquals(1, storage.status().counters().sessionsLost());
    assertArrivesInVain(delayed);
  }

  /** The session's lease ends by itself, since it was not renewed. */
  @Test
  void afterItsLeaseHasExpired() throws Exception {
    long lease = store.lease();
    store.neglectSession();
    Delayed delayed = delay(UNGUARDED.timeout(Duration.ofSeconds(20)));
    Await.until("there is another session", () -> store.lease() != lease);
    assertDone(delayed);
    assertEquals(1, storage.status().counters().sessionsLost());
    assertArrivesInVain(delayed);
  }

  /** The storage is closed, which settles the commit; the same process opens another one. */
  @Test
  void afterItsStorageWasClosed() throws Exception {
    Delayed delayed = delay();
    storage.close();
    assertTold(StorageClosedException.class, delayed);
    assertArrivesInVain(delayed);
  }
}
