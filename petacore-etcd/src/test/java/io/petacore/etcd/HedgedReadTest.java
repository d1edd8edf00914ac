package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.reply;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.petacore.data.KeyRange;
import io.petacore.store.RangePage;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.StoreLimits;
import io.petacore.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads on two members that do not respond to all requests. */
class HedgedReadTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final StubEtcd one = new StubEtcd();
  private final StubEtcd other = new StubEtcd();
  private final EtcdKvStore store =
      EtcdKvStore.builder()
          .endpoints(one.endpoint(), other.endpoint())
          .requestTimeout(TIMEOUT)
          .connect();

  @AfterEach
  void close() {
    store.close();
    one.close();
    other.close();
  }

  private void awaitBoth() {
    Await.until(
        "both members are connected",
        () -> {
          answer(store.range(ALL));
          return !one.requests("Range").isEmpty() && !other.requests("Range").isEmpty();
        });
    one.requests.clear();
    other.requests.clear();
  }

  private int requestCount() {
    return one.requests("Range").size() + other.requests("Range").size();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Both members serve, but lost the read while they had no leader. */
  @Test
  void aLostReadIsResent() throws Exception {
    awaitBoth();
    AtomicBoolean lost = new AtomicBoolean();
    BiConsumer<RangeRequest, StreamObserver<RangeResponse>> losesOne =
        (request, answer) -> {
          if (lost.getAndSet(true)) {
            reply(answer, RangeResponse.getDefaultInstance());
          }
        };
    one.onRange = losesOne;
    other.onRange = losesOne;
    long start = System.nanoTime();
    answer(store.range(ALL));
    assertEquals(2, requestCount());
    assertTrue(since(start).compareTo(TIMEOUT.dividedBy(2)) < 0, () -> "took " + since(start));
  }

  @Test
  void aReadIsResentToAnotherMemberThanTheOneThatHangs() throws Exception {
    awaitBoth();
    one.onRange = silence();
    while (one.requests("Range").isEmpty()) {
      long start = System.nanoTime();
      answer(store.range(ALL));
      assertTrue(since(start).compareTo(TIMEOUT.dividedBy(2)) < 0, () -> "took " + since(start));
    }
    assertEquals(1, one.requests("Range").size());
  }

  /** The read is resent a few times within one deadline. */
  @Test
  void aReadWithoutAResponseEnds() throws Exception {
    awaitBoth();
    one.onRange = silence();
    other.onRange = silence();
    long start = System.nanoTime();
    failure(Kind.UNAVAILABLE, store.range(ALL));
    assertEquals(HedgedRead.MAX_ATTEMPTS, requestCount());
    assertTrue(since(start).compareTo(TIMEOUT.plusSeconds(3)) < 0, () -> "took " + since(start));
  }

  /** The failure of one attempt is not the result while another is pending. */
  @Test
  void aFailedAttemptDoesNotEndTheOthers() throws Exception {
    awaitBoth();
    CompletableFuture<StreamObserver<RangeResponse>> first = new CompletableFuture<>();
    BiConsumer<RangeRequest, StreamObserver<RangeResponse>> onlyFirst =
        (request, answer) -> {
          if (!first.complete(answer)) {
            answer.onError(Status.UNAVAILABLE.withDescription("gone").asRuntimeException());
          }
        };
    one.onRange = onlyFirst;
    other.onRange = onlyFirst;
    CompletableFuture<RangePage> read = store.range(ALL);
    Await.until("the read was resent", () -> requestCount() > 1);
    reply(answer(first), RangeResponse.getDefaultInstance());
    answer(read);
  }

  /** Pages of a load may take etcd long. */
  @Test
  void aPageOfALoadIsRequestedOnce() throws Exception {
    awaitBoth();
    one.onRange = silence();
    other.onRange = silence();
    var page =
        store.bulkRange(
            new io.petacore.store.RangeRequest(KeyRange.prefix(""), 0, 100), bytes -> {});
    CompletableFuture<RangePage> plain = store.range(ALL);
    failure(Kind.UNAVAILABLE, plain);
    assertEquals(1 + HedgedRead.MAX_ATTEMPTS, requestCount());
    assertTrue(!page.isDone());
  }

  /** Broken if a slow link had to carry an answer several times over. */
  @Test
  void anAnswerThatArrivesIsWaitedFor() throws Exception {
    Connection connection =
        new Connection(
            new EtcdSettings(
                EndpointResolver.target(Endpoints.parse(List.of(one.endpoint())).uris()),
                null,
                null,
                null,
                TIMEOUT,
                TIMEOUT,
                TIMEOUT,
                TIMEOUT,
                1 << 20,
                new StoreLimits(128, 1 << 20)));
    try {
      AtomicInteger sent = new AtomicInteger();
      AtomicInteger looked = new AtomicInteger();
      CompletableFuture<String> answer =
          new HedgedRead<>(
                  connection,
                  () -> {
                    sent.incrementAndGet();
                    return new CompletableFuture<String>();
                  },
                  () -> looked.incrementAndGet() <= 2)
              .start();
      Await.until("nothing more arrives", () -> looked.get() == 2);
      assertEquals(1, sent.get());
      Await.until("it is asked for again", () -> sent.get() == 2);
      assertFalse(answer.isDone());
    } finally {
      connection.close();
    }
  }
}
