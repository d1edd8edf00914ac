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

/** Why there is no connection: the one who has to repair it is told the endpoint and the reason. */
class ReasonsTest {

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Answers whatever it is sent as a web server does that does not understand it. */
  private static void answerInHttp(ServerSocket web) {
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
                  // The client has left, or the test is over.
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

  /** What never heals ends at once, however long a request may take. */
  private static EtcdKvStore.Builder patientClient(String... endpoints) {
    return client(endpoints).requestTimeout(Duration.ofMinutes(1));
  }

  private static void assertTold(
      EtcdKvStore.Builder client, Kind kind, String endpoint, String reason) throws Exception {
    try (EtcdKvStore store = client.connect()) {
      RecordingListener listener = new RecordingListener();
      store.watch(ALL.range(), 1, listener);
      assertTells(failure(kind, store.commit(PUT)), endpoint, reason);
      assertTells(failure(kind, store.range(ALL)), endpoint, reason);
      StoreException ended = listener.awaitEnd();
      assertEquals(kind, ended.kind(), ended.getMessage());
      assertTells(ended, endpoint, reason);
    }
  }

  private static void assertTells(StoreException failure, String endpoint, String reason) {
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
    assertTold(client("http://" + endpoint), Kind.UNAVAILABLE, endpoint, "refused");
  }

  @Test
  void anUnknownHost() throws Exception {
    assertTold(
        client("http://host.invalid:2379"), Kind.UNAVAILABLE, "host.invalid:2379", "unknown host");
  }

  @Test
  void aPeerThatSaysNothing() throws Exception {
    try (ServerSocket mute = listening()) {
      String endpoint = "127.0.0.1:" + mute.getLocalPort();
      assertTold(
          client("http://" + endpoint).connectTimeout(Duration.ofMillis(100)),
          Kind.UNAVAILABLE,
          endpoint,
          "has said nothing");
    }
  }

  @Test
  void aServerOfAnotherProtocol() throws Exception {
    try (ServerSocket web = listening()) {
      answerInHttp(web);
      String endpoint = "127.0.0.1:" + web.getLocalPort();
      assertTold(
          patientClient("http://" + endpoint), Kind.MISCONFIGURED, endpoint, "an HTTP server");
      assertTold(
          patientClient("https://" + endpoint), Kind.MISCONFIGURED, endpoint, "not speak TLS");
    }
  }

  @Test
  void tlsWithoutTls() throws Exception {
    try (StubEtcd etcd = new StubEtcd()) {
      String endpoint = "127.0.0.1:" + etcd.port();
      assertTold(
          patientClient("https://" + endpoint), Kind.MISCONFIGURED, endpoint, "not speak TLS");
    }
  }

  /** One that is wrong among others that are away: those may come back. */
  @Test
  void everyEndpointIsNamedAndOneThatMayComeBackIsWaitedFor() throws Exception {
    int closed;
    try (ServerSocket socket = listening()) {
      closed = socket.getLocalPort();
    }
    try (ServerSocket web = listening()) {
      answerInHttp(web);
      String wrong = "127.0.0.1:" + web.getLocalPort();
      try (EtcdKvStore store =
          client("http://" + wrong, "http://127.0.0.1:" + closed)
              .requestTimeout(Duration.ofSeconds(2))
              .connect()) {
        StoreException failure = failure(Kind.UNAVAILABLE, store.commit(PUT));
        assertTells(failure, wrong, "an HTTP server");
        assertTells(failure, "127.0.0.1:" + closed, "refused");
        try (StubEtcd etcd = new StubEtcd(closed)) {
          Awaited.connected(store);
          Awaited.answer(store.commit(PUT));
          assertEquals(1, etcd.requests("Txn").size());
        }
      }
    }
  }
}
