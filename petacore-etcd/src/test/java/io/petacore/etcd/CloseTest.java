package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.failure;
import static io.petacore.etcd.StubEtcd.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.StoreException.Kind;
import io.petacore.testing.RecordingListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a store during its operations. */
@Timeout(60)
class CloseTest {

  private final StubEtcd etcd = new StubEtcd();
  private final EtcdKvStore store = etcd.client().requestTimeout(Duration.ofMinutes(5)).connect();

  @AfterEach
  void close() {
    store.close();
    etcd.close();
  }

  /** Returns the threads of gRPC and Netty; all threads of a store have these names. */
  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("petacore-etcd") || name.startsWith("grpc-default-exec"))
        .toList();
  }

  private static void awaitArrival(CountDownLatch arrived) throws InterruptedException {
    assertTrue(arrived.await(20, TimeUnit.SECONDS));
  }

  @Test
  void pendingRequestsFailAndNoThreadIsLeft() throws Exception {
    CountDownLatch arrived = new CountDownLatch(3);
    etcd.onTxn = (request, answer) -> arrived.countDown();
    etcd.onRange = (request, answer) -> arrived.countDown();
    etcd.onGrant = (request, answer) -> arrived.countDown();
    RecordingListener listener = new RecordingListener();
    store.watch(ALL.range(), 1, listener);
    etcd.nextWatch().created();
    listener.awaitOpened();
    var commit = store.commit(PUT);
    var range = store.range(ALL);
    var grant = store.grantLease(Duration.ofSeconds(5));
    awaitArrival(arrived);

    store.close();

    assertTrue(commit.isDone() && range.isDone() && grant.isDone());
    failure(Kind.OUTCOME_UNKNOWN, commit);
    failure(Kind.CLOSED, range);
    failure(Kind.CLOSED, grant);
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
    listener.assertQuiet();
    assertEquals(List.of(), threads().stream().filter(n -> n.startsWith("petacore")).toList());
  }

  @Test
  void aRequestThatWaitsForAConnectionWasNotSent() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    EtcdKvStore unreachable = EtcdKvStore.connect("http://127.0.0.1:" + port);
    RecordingListener listener = new RecordingListener();
    unreachable.watch(ALL.range(), 1, listener);
    var commit = unreachable.commit(PUT);
    unreachable.close();
    failure(Kind.CLOSED, commit);
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
  }

  @Test
  void aRequestThatWaitsForATokenWasNotSent() throws Exception {
    etcd.onAuthenticate = silence();
    EtcdKvStore waiting =
        etcd.client().requestTimeout(Duration.ofMinutes(5)).credentials("ann", "secret").connect();
    RecordingListener listener = new RecordingListener();
    waiting.watch(ALL.range(), 1, listener);
    var commit = waiting.commit(PUT);
    waiting.close();
    failure(Kind.CLOSED, commit);
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
  }

  @Test
  void afterTheCloseRequestsFailAtOnce() throws Exception {
    answer(store.commit(PUT));
    store.close();
    store.close();
    failure(Kind.CLOSED, store.commit(PUT));
    failure(Kind.CLOSED, store.range(ALL));
    failure(Kind.CLOSED, store.grantLease(Duration.ofSeconds(1)));
    failure(Kind.CLOSED, store.renewLease(1));
    failure(Kind.CLOSED, store.revokeLease(1));
    failure(Kind.CLOSED, store.describe());
    RecordingListener listener = new RecordingListener();
    store.watch(ALL.range(), 1, listener).close();
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
    listener.assertQuiet();
    assertEquals(1, etcd.requests("Txn").size());
  }

  @Test
  void aCallbackMayCloseTheStore() throws Exception {
    CompletableFuture<Duration> closed = new CompletableFuture<>();
    etcd.onRange = silence();
    var waiting = store.range(ALL);
    var unused =
        store
            .commit(PUT)
            .thenRun(
                () -> {
                  long start = System.nanoTime();
                  store.close();
                  closed.complete(Duration.ofNanos(System.nanoTime() - start));
                });
    Duration took = answer(closed);
    // Waiting for its own thread would take seconds.
    assertTrue(took.toMillis() < 1_500, "took " + took);
    failure(Kind.CLOSED, waiting);
    store.close();
    assertEquals(List.of(), threads().stream().filter(n -> n.startsWith("petacore")).toList());
  }

  /** Blocking callbacks violate the contract, but must not block the close or other callers. */
  @Test
  void closeWaitsForBlockedCallbacksOnlyForABoundedTime() throws Exception {
    CountDownLatch blocked = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    Runnable block =
        () -> {
          blocked.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    CompletableFuture<Void> first = store.commit(PUT).thenRun(block);
    CompletableFuture<Void> second = store.commit(PUT).thenRun(block);
    awaitArrival(blocked);
    CountDownLatch arrived = new CountDownLatch(2);
    etcd.onTxn = (request, answer) -> arrived.countDown();
    etcd.onRange = (request, answer) -> arrived.countDown();
    var commit = store.commit(PUT);
    var range = store.range(ALL);
    awaitArrival(arrived);

    store.close();

    assertTrue(commit.isDone() && range.isDone());
    failure(Kind.OUTCOME_UNKNOWN, commit);
    failure(Kind.CLOSED, range);
    go.countDown();
    answer(CompletableFuture.allOf(first, second));
  }

  @Test
  void aListenerMayCloseTheStore() throws Exception {
    RecordingListener listener = new RecordingListener(revisions -> store.close());
    store.watch(ALL.range(), 1, listener);
    etcd.nextWatch()
        .created()
        .answers()
        .onNext(
            io.etcd.jetcd.api.WatchResponse.newBuilder()
                .addEvents(WatchRevisionsTest.put(5, "k"))
                .build());
    listener.awaitOpened();
    listener.nextRevision();
    assertEquals(Kind.CLOSED, listener.awaitEnd().kind());
  }

  @Test
  void closeMayBeCalledConcurrently() throws Exception {
    etcd.onTxn = silence();
    var commit = store.commit(PUT);
    CompletableFuture<?>[] closers = new CompletableFuture<?>[4];
    for (int i = 0; i < closers.length; i++) {
      closers[i] = CompletableFuture.runAsync(store::close);
    }
    answer(CompletableFuture.allOf(closers));
    assertTrue(commit.isDone());
  }

  @Test
  void aSilentServerDoesNotDelayTheClose() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EtcdKvStore muted = EtcdKvStore.connect("http://127.0.0.1:" + mute.getLocalPort());
      var commit = muted.commit(PUT);
      muted.close();
      assertTrue(commit.isDone());
    }
  }
}
