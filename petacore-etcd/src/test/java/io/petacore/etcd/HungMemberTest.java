package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.failing;
import static io.petacore.etcd.StubEtcd.reply;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.grpc.Status;
import io.petacore.store.BatchResult;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.Await;
import io.petacore.testing.RecordingListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Two members: a leader that hangs, and a follower whose responses wait for the leader. The client
 * has pending requests at the follower, and none at the leader.
 */
class HungMemberTest {

  /** Long compared with the second after which a member is considered hung. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final StubEtcd leader = new StubEtcd();
  private final StubEtcd follower = new StubEtcd();
  private final EtcdKvStore store =
      EtcdKvStore.builder()
          .endpoints(leader.endpoint(), follower.endpoint())
          .requestTimeout(TIMEOUT)
          .connect();

  @AfterEach
  void close() {
    store.close();
    leader.close();
    follower.close();
  }

  private void awaitBoth() {
    Await.until(
        "both members are connected",
        () -> {
          answer(store.range(ALL));
          return !leader.requests("Range").isEmpty() && !follower.requests("Range").isEmpty();
        });
  }

  /**
   * Sends a commit to the follower, which waits for the leader, which is silent without pending
   * requests.
   */
  private CompletableFuture<BatchResult> hang() {
    follower.onTxn = silence();
    CompletableFuture<BatchResult> commit;
    do {
      commit = store.commit(PUT);
      CompletableFuture<BatchResult> sent = commit;
      Await.until("sent", () -> sent.isDone() || !follower.requests("Txn").isEmpty());
    } while (commit.isDone());
    leader.onTxn = silence();
    leader.onRange = silence();
    leader.onStatus = silence();
    leader.onKeepAlive = silence();
    leader.requests.clear();
    return commit;
  }

  private RecordingListener watchAtTheLeader() throws Exception {
    while (true) {
      RecordingListener listener = new RecordingListener();
      store.watch(ALL.range(), 1, listener);
      Await.until(
          "the request has arrived",
          () -> !leader.watches.isEmpty() || !follower.watches.isEmpty());
      if (!leader.watches.isEmpty()) {
        leader.nextWatch().created();
        listener.awaitOpened();
        return listener;
      }
      follower.nextWatch();
    }
  }

  /** Fails if only requests to the leader could show that it hangs. */
  @Test
  void aMemberWithoutPendingRequestsIsDetectedAsHung() throws Exception {
    awaitBoth();
    var unused = hang();
    Await.until("the leader was probed", () -> !leader.requests("Status").isEmpty());
    Await.until("the follower was probed", () -> !follower.requests("Status").isEmpty());
    leader.requests.clear();
    for (int i = 0; i < 20; i++) {
      answer(store.range(ALL));
    }
    // The first request may have preceded the detection.
    int asked = leader.requests("Range").size();
    assertTrue(asked <= 1, asked + " of 20 requests went to the hung member");
  }

  /** Fails if the watch stays open until a revision is missed or the keepalive times out. */
  @Test
  void aWatchAtAHungMemberEnds() throws Exception {
    awaitBoth();
    RecordingListener listener = watchAtTheLeader();
    CompletableFuture<BatchResult> waiting = hang();
    StoreException end = listener.awaitEnd();
    assertEquals(Kind.UNAVAILABLE, end.kind());
    assertTrue(String.valueOf(end.getMessage()).contains(":" + leader.port()), end.getMessage());
    assertFalse(waiting.isDone(), "the commit at the follower failed");
    store.watch(ALL.range(), 1, new RecordingListener());
    follower.nextWatch();
  }

  /** Fails if a partitioned client considers all members hung, or a slow server hung. */
  @Test
  void withoutAResponseOfAnotherMemberNoneIsConsideredHung() throws Exception {
    awaitBoth();
    RecordingListener listener = watchAtTheLeader();
    follower.onStatus = silence();
    var unused = hang();
    Await.until("the leader was probed twice", () -> leader.requests("Status").size() > 2);
    listener.assertQuiet();
  }

  /** Fails if a request that other members have rejected is sent to a silent member. */
  @Test
  void aRequestThatOnlyAHungMemberCouldServeFailsAtOnce() throws Exception {
    awaitBoth();
    var unused = hang();
    Await.until("the leader was probed", () -> !leader.requests("Status").isEmpty());
    Await.until(
        "the leader is considered silent",
        () -> {
          leader.requests.clear();
          answer(store.range(ALL));
          return leader.requests("Range").isEmpty();
        });
    follower.onTxn = failing(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
    long start = System.nanoTime();
    Await.until(
        "no commit is sent to the leader",
        () -> {
          leader.requests.clear();
          CompletableFuture<BatchResult> commit = store.commit(PUT);
          Await.until("", () -> commit.isDone() || !leader.requests("Txn").isEmpty());
          return commit.isDone();
        });
    failure(Kind.UNAVAILABLE, store.commit(PUT));
    assertTrue(Duration.ofNanos(System.nanoTime() - start).compareTo(TIMEOUT.dividedBy(2)) < 0);
  }

  /** Fails if a renewal waits at a hung member for half of the time-to-live. */
  @Test
  void aLeaseIsRenewedAtAnotherMember() throws Exception {
    awaitBoth();
    leader.onGrant =
        (request, answer) ->
            reply(answer, LeaseGrantResponse.newBuilder().setID(5).setTTL(600).build());
    follower.onGrant = leader.onGrant;
    long lease = answer(store.grantLease(Duration.ofMinutes(10)));
    leader.onKeepAlive = silence();
    follower.onKeepAlive =
        (request, answer) ->
            answer.onNext(LeaseKeepAliveResponse.newBuilder().setID(5).setTTL(600).build());
    CompletableFuture<Void> renewal;
    do {
      answer(store.revokeLease(lease)); // so that the next renewal opens a stream
      renewal = store.renewLease(lease);
      CompletableFuture<Void> asked = renewal;
      Await.until(
          "the request has arrived",
          () -> asked.isDone() || !leader.requests("LeaseKeepAlive").isEmpty());
    } while (renewal.isDone());
    var unused = hang();
    answer(renewal);
  }
}
