package io.petacore.etcd;

import static io.petacore.etcd.Awaited.ALL;
import static io.petacore.etcd.Awaited.PUT;
import static io.petacore.etcd.Awaited.failure;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.testing.RecordingListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Failures without a connection name the endpoint and the reason. */
class ReasonsTest {

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Responds to any input like a web server to a malformed request. */
  private static void respondInHttp(ServerSocket web) {
    Thread server =
        new Thread(
            () -> {
              while (!web.isClosed()) {
                try (Socket socket = web.accept()) {
                  var unused = socket.getInputStream().read(new byte[4_096]);
                  socket
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                              .getBytes(US_ASCII));
                } catch (IOException e) {
                  // The client has disconnected, or the test has ended.
                }
              }
            },
            "web server");
    server.setDaemon(true);
    server.start();
  }

  private static EtcdKvStore.Builder client(String... endpoints) {
    return EtcdKvStore.builder().endpoints(endpoints).requestTimeout(Duration.ofMillis(800));
  }

  /** A client with a long timeout, since configuration errors must fail at once. */
  private static EtcdKvStore.Builder longTimeoutClient(String... endpoints) {
    return client(endpoints).requestTimeout(Duration.ofMinutes(1));
  }

  private static void assertFails(
      EtcdKvStore.Builder client, Kind kind, String endpoint, String reason) throws Exception {
    try (EtcdKvStore store = client.connect()) {
      RecordingListener listener = new RecordingListener();
      store.watch(ALL.range(), 1, listener);
      assertReports(failure(kind, store.commit(PUT)), endpoint, reason);
      assertReports(failure(kind, store.range(ALL)), endpoint, reason);
      StoreException ended = listener.awaitEnd();
      assertEquals(kind, ended.kind(), ended.getMessage());
      assertReports(ended, endpoint, reason);
    }
  }

  private static void assertReports(StoreException failure, String endpoint, String reason) {
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(endpoint), message);
    assertTrue(message.contains(reason), message);
  }

  @Test
  void aClosedPort() throws Exception {
    String endpoint;
    try (ServerSocket socket = listening()) {
      endpoint = "127.0.0.1:" + socket.getLocalPort();
    }
    assertFails(client("http://" + endpoint), Kind.UNAVAILABLE, endpoint, "refused");
  }

  @Test
  void anUnknownHost() throws Exception {
    assertFails(
        client("http://host.invalid:2379"), Kind.UNAVAILABLE, "host.invalid:2379", "unknown host");
  }

  @Test
  void aSilentServer() throws Exception {
    try (ServerSocket mute = listening()) {
      String endpoint = "127.0.0.1:" + mute.getLocalPort();
      assertFails(
          client("http://" + endpoint).connectTimeout(Duration.ofMillis(100)),
          Kind.UNAVAILABLE,
          endpoint,
          "no response on a new connection");
    }
  }

  @Test
  void aServerOfAnotherProtocol() throws Exception {
    try (ServerSocket web = listening()) {
      respondInHttp(web);
      String endpoint = "127.0.0.1:" + web.getLocalPort();
      assertFails(
          longTimeoutClient("http://" + endpoint), Kind.MISCONFIGURED, endpoint, "an HTTP server");
      assertFails(
          longTimeoutClient("https://" + endpoint), Kind.MISCONFIGURED, endpoint, "not speak TLS");
    }
  }

  @Test
  void tlsToAPlainTextServer() throws Exception {
    try (StubEtcd etcd = new StubEtcd()) {
      String endpoint = "127.0.0.1:" + etcd.port();
      assertFails(
          longTimeoutClient("https://" + endpoint), Kind.MISCONFIGURED, endpoint, "not speak TLS");
    }
  }

  /** One endpoint is misconfigured and others are unreachable, which may be temporary. */
  @Test
  void everyEndpointIsReportedAndUnreachableOnesAreRetried() throws Exception {
    int closed;
    try (ServerSocket socket = listening()) {
      closed = socket.getLocalPort();
    }
    try (ServerSocket web = listening()) {
      respondInHttp(web);
      String wrong = "127.0.0.1:" + web.getLocalPort();
      try (EtcdKvStore store =
          client("http://" + wrong, "http://127.0.0.1:" + closed)
              .requestTimeout(Duration.ofSeconds(2))
              .connect()) {
        StoreException failure = failure(Kind.UNAVAILABLE, store.commit(PUT));
        assertReports(failure, wrong, "an HTTP server");
        assertReports(failure, "127.0.0.1:" + closed, "refused");
        try (StubEtcd etcd = new StubEtcd(closed)) {
          Awaited.connected(store);
          Awaited.answer(store.commit(PUT));
          assertEquals(1, etcd.requests("Txn").size());
        }
      }
    }
  }
}
