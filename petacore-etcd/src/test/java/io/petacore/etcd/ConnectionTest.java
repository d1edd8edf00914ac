package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.answer;
import static io.petacore.etcd.Awaited.connected;
import static io.petacore.etcd.Awaited.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.RecordingListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is unreachable, starts later, or restarts. */
class ConnectionTest {

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = listening()) {
      return socket.getLocalPort();
    }
  }

  private static EtcdKvStore.Builder client(int port) {
    return EtcdKvStore.builder()
        .endpoints("http://127.0.0.1:" + port)
        .requestTimeout(Duration.ofMillis(300));
  }

  /** A commit without a connection was certainly not applied. */
  @Test
  void withoutAServerEveryRequestFailsInTimeWithTheReason() throws Exception {
    try (EtcdKvStore store = client(freePort()).connect()) {
      StoreException commit = failure(Kind.UNAVAILABLE, store.commit(PUT));
      assertTrue(String.valueOf(commit.getMessage()).contains("refused"), commit.getMessage());
      failure(Kind.UNAVAILABLE, store.range(ALL));
      failure(Kind.UNAVAILABLE, store.grantLease(Duration.ofSeconds(1)));
      failure(Kind.UNAVAILABLE, store.renewLease(1));
      failure(Kind.UNAVAILABLE, store.revokeLease(1));
      failure(Kind.UNAVAILABLE, store.describe());
    }
  }

  /** A server that accepts a connection and is silent is not connected. */
  @Test
  void aSilentServerIsUnavailable() throws Exception {
    try (ServerSocket mute = listening();
        EtcdKvStore store = client(mute.getLocalPort()).connect()) {
      failure(Kind.UNAVAILABLE, store.commit(PUT));
    }
  }

  @Test
  void anUnknownHostIsUnavailable() throws Exception {
    try (EtcdKvStore store =
        EtcdKvStore.builder()
            .endpoints("http://host.invalid:2379")
            .requestTimeout(Duration.ofMillis(500))
            .connect()) {
      failure(Kind.UNAVAILABLE, store.commit(PUT));
    }
  }

  @Test
  void aRequestWaitsForTheConnectionWithinItsTimeout() throws Exception {
    int port = freePort();
    try (EtcdKvStore store = client(port).requestTimeout(Duration.ofSeconds(15)).connect();
        EtcdKvStore shortTimeout = client(port).connect()) {
      var early = store.commit(PUT);
      failure(Kind.UNAVAILABLE, shortTimeout.commit(PUT));
      try (StubEtcd etcd = new StubEtcd(port)) {
        assertTrue(answer(early).applied());
        assertEquals(1, etcd.requests("Txn").size());
      }
    }
  }

  @Test
  @Timeout(60)
  void theStoreReconnectsToARestartedServer() throws Exception {
    StubEtcd etcd = new StubEtcd();
    int port = etcd.port();
    try (EtcdKvStore store = client(port).connect()) {
      connected(store);
      etcd.close();
      // The first request may have been sent on the old connection.
      CompletableFuture<?> first = store.commit(PUT);
      var unused = first.exceptionally(e -> null);
      failure(Kind.UNAVAILABLE, store.range(ALL));
      failure(Kind.UNAVAILABLE, store.commit(PUT));
      try (StubEtcd again = new StubEtcd(port)) {
        RecordingListener listener = new RecordingListener();
        connected(store);
        store.watch(ALL.range(), 1, listener);
        again.nextWatch().created();
        listener.awaitOpened();
      }
    }
  }

  /**
   * With the backoff of gRPC, six attempts would take 13 to 19 seconds, and later ones two minutes
   * each.
   */
  @Test
  @Timeout(60)
  void requestsTriggerFrequentConnectionAttempts() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    try (ServerSocket refusing = listening()) {
      Thread acceptor =
          new Thread(
              () -> {
                try {
                  while (true) {
                    refusing.accept().close();
                    attempts.incrementAndGet();
                  }
                } catch (IOException e) {
                  // The test has ended.
                }
              });
      acceptor.start();
      long start = System.nanoTime();
      try (EtcdKvStore store = client(refusing.getLocalPort()).connect()) {
        while (attempts.get() < 6) {
          failure(Kind.UNAVAILABLE, store.range(ALL));
        }
      }
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      assertTrue(seconds < 11, seconds + " seconds for six attempts");
    }
  }
}
