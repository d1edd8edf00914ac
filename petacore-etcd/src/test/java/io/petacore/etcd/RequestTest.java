package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.connected;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.failing;
import static io.petacore.etcd.StubEtcd.header;
import static io.petacore.etcd.StubEtcd.reply;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests to a server that misbehaves. */
class RequestTest {

  private static final long LEASE = 5;

  private final StubEtcd etcd = new StubEtcd();
  private final EtcdKvStore store = etcd.client().connect();
  private final EtcdKvStore shortTimeout = etcd.shortTimeoutClient().connect();

  @AfterEach
  void close() {
    store.close();
    shortTimeout.close();
    etcd.close();
  }

  @Test
  void everyRequestEndsWithoutAResponse() throws Exception {
    EtcdKvStore store = shortTimeout;
    connected(store);
    etcd.onTxn = silence();
    etcd.onRange = silence();
    etcd.onGrant = silence();
    etcd.onKeepAlive = silence();
    etcd.onRevoke = silence();
    etcd.onStatus = silence();
    var commit = store.commit(PUT);
    var range = store.range(ALL);
    var grant = store.grantLease(Duration.ofSeconds(9));
    var renew = store.renewLease(LEASE);
    var revoke = store.revokeLease(LEASE);
    var describe = store.describe();

    failure(Kind.OUTCOME_UNKNOWN, commit);
    failure(Kind.UNAVAILABLE, range);
    failure(Kind.UNAVAILABLE, grant);
    failure(Kind.UNAVAILABLE, renew);
    failure(Kind.UNAVAILABLE, revoke);
    failure(Kind.UNAVAILABLE, describe);
  }

  /** The server must receive deadlines and cancellations, to avoid useless work. */
  @Test
  void theServerReceivesTheDeadlineAndTheCancellation() throws Exception {
    connected(shortTimeout);
    CountDownLatch cancelled = new CountDownLatch(1);
    etcd.onTxn =
        (request, answer) ->
            io.grpc.Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
    failure(Kind.OUTCOME_UNKNOWN, shortTimeout.commit(PUT));
    assertTrue(cancelled.await(20, TimeUnit.SECONDS));

    answer(store.range(ALL));
    answer(store.grantLease(Duration.ofSeconds(9)));
    answer(store.renewLease(LEASE));
    answer(store.revokeLease(LEASE));
    answer(store.describe());
    Set<String> methods =
        etcd.requests.stream().map(StubEtcd.Request::method).collect(Collectors.toSet());
    assertEquals(
        Set.of("Txn", "Range", "LeaseGrant", "LeaseKeepAlive", "LeaseRevoke", "Status"), methods);
    etcd.requests.stream()
        .filter(r -> !r.method().equals("LeaseKeepAlive")) // a long-lived stream
        .forEach(r -> assertNotNull(r.context().getDeadline(), r.method()));
  }

  /** Fails if a page is requested again while a busy server processes the request. */
  @Test
  void aPageOfALoadHasALongerTimeout() throws Exception {
    connected(shortTimeout);
    int before = etcd.requests("Range").size();
    etcd.onRange =
        (request, answer) ->
            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS)
                .execute(() -> reply(answer, RangeResponse.getDefaultInstance()));
    failure(Kind.UNAVAILABLE, shortTimeout.range(ALL));
    AtomicLong arrived = new AtomicLong();
    answer(shortTimeout.bulkRange(new RangeRequest(ALL.range(), 0, 100), arrived::addAndGet));
    assertEquals(before + 2, etcd.requests("Range").size());
  }

  @Test
  void theBytesOfAPageAreReportedAsTheyArrive() throws Exception {
    ByteString large = ByteString.copyFrom(new byte[200_000]);
    var kv = io.etcd.jetcd.api.KeyValue.newBuilder().setValue(large);
    RangeResponse page = RangeResponse.newBuilder().addKvs(kv).build();
    etcd.onRange = (request, answer) -> reply(answer, page);
    AtomicLong arrived = new AtomicLong();
    AtomicInteger reported = new AtomicInteger();
    answer(
        store.bulkRange(
            ALL,
            bytes -> {
              arrived.addAndGet(bytes);
              reported.incrementAndGet();
            }));
    assertEquals(page.getSerializedSize(), arrived.get());
    assertTrue(reported.get() > 1, "bytes were reported only once");
  }

  @Test
  void aPageThatNeverArrivesTimesOut() throws Exception {
    connected(shortTimeout);
    etcd.onRange = silence();
    StoreException failure =
        failure(Kind.OUTCOME_UNKNOWN, shortTimeout.bulkRange(ALL, bytes -> {}));
    assertTrue(
        String.valueOf(failure.getMessage())
            .contains("no part of the response has arrived for PT2.4S"),
        failure.getMessage());
    etcd.close();
    failure(Kind.UNAVAILABLE, shortTimeout.bulkRange(ALL, bytes -> {}));
  }

  @Test
  void aLargePageIsRejectedUnlessItIsOneEntry() throws Exception {
    ByteString large = ByteString.copyFrom(new byte[(32 << 20) + 1]);
    var kv = io.etcd.jetcd.api.KeyValue.newBuilder().setValue(large);
    RangeResponse page = RangeResponse.newBuilder().addKvs(kv).build();
    etcd.onRange = (request, answer) -> reply(answer, page);
    KeyRange all = KeyRange.all();
    failure(Kind.TOO_LARGE, store.bulkRange(new RangeRequest(all, 0, 2), bytes -> {}));
    answer(store.bulkRange(new RangeRequest(all, 0, 1), bytes -> {}));
  }

  @Test
  void aResponseLostWithTheConnectionLeavesACommitInDoubt() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    etcd.onTxn = (request, answer) -> arrived.countDown();
    var commit = store.commit(PUT);
    assertTrue(arrived.await(20, TimeUnit.SECONDS));
    etcd.close();
    failure(Kind.OUTCOME_UNKNOWN, commit);
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, etcdserver: leader changed, OUTCOME_UNKNOWN, UNAVAILABLE",
    "UNAVAILABLE, '', OUTCOME_UNKNOWN, UNAVAILABLE",
    "UNAVAILABLE, etcdserver: no leader, UNAVAILABLE, UNAVAILABLE",
    "UNKNOWN, etcdserver: too many requests, UNAVAILABLE, UNAVAILABLE",
    "INVALID_ARGUMENT, etcdserver: duplicate key given in txn request, REJECTED, REJECTED",
    "NOT_FOUND, etcdserver: requested lease not found, LEASE_NOT_FOUND, LEASE_NOT_FOUND",
    "RESOURCE_EXHAUSTED, etcdserver: mvcc: database space exceeded, OUTCOME_UNKNOWN, UNAVAILABLE",
    "RESOURCE_EXHAUSTED, grpc: received message larger than max (9 vs. 8), REJECTED, REJECTED",
    "PERMISSION_DENIED, etcdserver: permission denied, REJECTED, REJECTED",
    "UNAUTHENTICATED, etcdserver: invalid auth token, REJECTED, REJECTED",
  })
  void aFailureIsClassifiedAndNothingIsResent(Status.Code code, String text, Kind commit, Kind read)
      throws Exception {
    Status status = code.toStatus().withDescription(text.isEmpty() ? null : text);
    etcd.onTxn = failing(status);
    etcd.onRange = failing(status);
    etcd.onGrant = failing(status);

    StoreException failure = failure(commit, store.commit(PUT));
    assertTrue(String.valueOf(failure.getMessage()).contains(text), failure.getMessage());
    failure(read, store.range(ALL));
    failure(read, store.grantLease(Duration.ofSeconds(9)));

    assertEquals(1, etcd.requests("Txn").size());
    assertEquals(1, etcd.requests("Range").size());
    assertEquals(1, etcd.requests("LeaseGrant").size());
  }

  @Test
  void aResponseAboveTheLimitLeavesACommitInDoubt() throws Exception {
    ByteString large = ByteString.copyFrom(new byte[20_000]);
    var kv = io.etcd.jetcd.api.KeyValue.newBuilder().setValue(large);
    RangeResponse page = RangeResponse.newBuilder().addKvs(kv).build();
    etcd.onRange = (request, answer) -> reply(answer, page);
    etcd.onTxn =
        (request, answer) ->
            reply(
                answer,
                TxnResponse.newBuilder()
                    .addResponses(ResponseOp.newBuilder().setResponseRange(page))
                    .build());
    try (EtcdKvStore small = etcd.client().maxInboundBytes(10_000).connect()) {
      failure(Kind.OUTCOME_UNKNOWN, small.commit(PUT));
      failure(Kind.TOO_LARGE, small.range(ALL));
    }
  }

  @Test
  void aMalformedResponseLeavesACommitInDoubt() throws Exception {
    etcd.onTxn =
        (request, answer) -> reply(answer, TxnResponse.newBuilder().setSucceeded(true).build());
    Batch group =
        new Batch(List.of(), List.of(new Operation.Group(List.of(), List.of())), List.of());
    failure(Kind.OUTCOME_UNKNOWN, store.commit(group));
  }

  /** Only a stream can end without a response, as that of a lease. */
  @Test
  void anEndWithoutAResponseIsAFailure() throws Exception {
    etcd.onKeepAlive = (request, answer) -> answer.onCompleted();
    failure(Kind.UNAVAILABLE, store.renewLease(LEASE));
  }

  /** The gRPC proxy of etcd does not respond on a half-closed stream. */
  @Test
  void renewalsShareOneStreamAndABrokenOneIsReplaced() throws Exception {
    long lease = answer(store.grantLease(Duration.ofSeconds(9)));
    for (int i = 0; i < 3; i++) {
      etcd.onKeepAlive =
          (request, answer) ->
              answer.onNext(LeaseKeepAliveResponse.newBuilder().setID(LEASE).setTTL(9).build());
      answer(store.renewLease(lease));
      answer(store.renewLease(lease));
      assertEquals(i + 1, etcd.requests("LeaseKeepAlive").size());
      etcd.onKeepAlive = failing(Status.UNAVAILABLE.withDescription("cut"));
      failure(Kind.UNAVAILABLE, store.renewLease(lease));
    }
  }

  /** Half of the time-to-live is left for another member. */
  @Test
  void aRenewalWithoutAResponseIsResentOnAnotherStream() throws Exception {
    long lease = answer(store.grantLease(Duration.ofSeconds(2)));
    etcd.onKeepAlive =
        (request, answer) ->
            etcd.onKeepAlive =
                (another, later) ->
                    later.onNext(
                        LeaseKeepAliveResponse.newBuilder().setID(LEASE).setTTL(2).build());
    answer(store.renewLease(lease));
    assertEquals(2, etcd.requests("LeaseKeepAlive").size());
  }

  @Test
  void aBatchAboveTheLimitsIsNotSent() throws Exception {
    try (EtcdKvStore small = etcd.client().maxTxnOps(1).maxRequestBytes(100).connect()) {
      Operation one = new Operation.Put(Bytes.utf8("a"), Bytes.utf8("v"));
      Operation two = new Operation.Put(Bytes.utf8("b"), Bytes.utf8("v"));
      Operation large = new Operation.Put(Bytes.utf8("c"), Bytes.of(new byte[101]));
      failure(Kind.REJECTED, small.commit(new Batch(List.of(), List.of(one, two), List.of())));
      failure(Kind.REJECTED, small.commit(new Batch(List.of(), List.of(large), List.of())));
      assertEquals(0, etcd.requests("Txn").size());
      answer(small.commit(new Batch(List.of(), List.of(one), List.of())));
      assertEquals(1, etcd.requests("Txn").size());
    }
  }

  @Test
  void revokingAnEndedLeaseSucceedsAndRenewingItFails() throws Exception {
    Status gone = Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
    etcd.onRevoke = failing(gone);
    answer(store.revokeLease(LEASE));
    etcd.onKeepAlive =
        (request, answer) ->
            reply(answer, LeaseKeepAliveResponse.newBuilder().setID(LEASE).setTTL(0).build());
    failure(Kind.LEASE_NOT_FOUND, store.renewLease(LEASE));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1000, 1", "1001, 2", "60000, 60"})
  void aLeaseIsRoundedUpToSeconds(long millis, long seconds) throws Exception {
    long[] asked = new long[1];
    etcd.onGrant =
        (request, answer) -> {
          asked[0] = request.getTTL();
          answer.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    failure(Kind.UNAVAILABLE, store.grantLease(Duration.ofMillis(millis)));
    assertEquals(seconds, asked[0]);
  }

  @Test
  void theRevisionOfACommitIsThatOfTheResponse() throws Exception {
    etcd.onTxn =
        (request, answer) ->
            reply(
                answer,
                TxnResponse.newBuilder()
                    .setHeader(header(77))
                    .setSucceeded(true)
                    .addResponses(
                        ResponseOp.newBuilder().setResponsePut(PutResponse.getDefaultInstance()))
                    .build());
    assertEquals(77, answer(store.commit(PUT)).revision());
  }
}
