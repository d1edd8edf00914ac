package io.petacore.it.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the proxy with an echo server. */
class TcpProxyTest {

  private final EchoServer server = new EchoServer();
  private final TcpProxy proxy = TcpProxy.to(server.address());
  private Socket client = new Socket();

  @BeforeEach
  void connect() throws IOException {
    client = socket();
    assertEquals("hello", exchange("hello"));
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    proxy.close();
    server.close();
  }

  @Test
  void forwardsLargeMessagesInBothDirections() throws IOException {
    byte[] much = new byte[5 << 20];
    new SplittableRandom(1).nextBytes(much);
    Thread sender = new Thread(() -> send(much));
    sender.start();
    assertTrue(Arrays.equals(much, client.getInputStream().readNBytes(much.length)));
  }

  @Test
  void cutResetsEveryLinkAndAcceptsNewOnes() throws IOException {
    proxy.cut();
    assertEquals(0, proxy.links());
    assertThrows(SocketException.class, () -> client.getInputStream().read());
    client = socket();
    assertEquals("again", exchange("again"));
    assertEquals(2, proxy.accepted());
  }

  @Test
  void refusesNewLinksOnly() throws IOException {
    proxy.refuse();
    assertEquals("open", exchange("open"));
    try (Socket second = socket()) {
      assertEnded(second);
    }
    proxy.accept();
    client = socket();
    assertEquals("new", exchange("new"));
  }

  @Test
  void aHeldRequestIsDeliveredAfterItsClientHasClosed() throws IOException {
    proxy.hold(Direction.TO_SERVER);
    send("held".getBytes(US_ASCII));
    Await.until("the request is held", () -> proxy.heldBytes(Direction.TO_SERVER) == 4);
    client.close();
    assertEquals("hello", server.received());
    proxy.pass(Direction.TO_SERVER);
    Await.until("the request has arrived", () -> server.received().equals("helloheld"));
    Await.until("the link has ended", () -> proxy.links() == 0);
  }

  @Test
  void swallowsResponsesAndResetsTheLinkAfterwards() throws IOException {
    proxy.swallow(Direction.TO_CLIENT);
    send("lost".getBytes(US_ASCII));
    Await.until("the request has arrived", () -> server.received().equals("hellolost"));
    assertEquals(0, client.getInputStream().available());
    try (Socket fresh = socket()) {
      Await.until("both are linked", () -> proxy.links() == 2);
      proxy.pass(Direction.TO_CLIENT);
      assertEquals(1, proxy.links(), "only the link that has lost bytes is reset");
      fresh.getOutputStream().write('x');
      assertEquals('x', fresh.getInputStream().read());
    }
  }

  @Test
  void delaysWithoutReordering() throws IOException {
    Duration delay = Duration.ofMillis(60);
    proxy.delay(Direction.TO_CLIENT, delay);
    long start = System.nanoTime();
    assertEquals("first", exchange("first"));
    assertTrue(System.nanoTime() - start >= delay.toNanos());
    send("second".getBytes(US_ASCII));
    assertEquals("secondthird", exchange("third", "secondthird".length()));
  }

  @Test
  void throttlesWithoutLoss() throws IOException {
    proxy.throttle(Direction.TO_CLIENT, 100_000);
    String long1 = "a".repeat(10_000);
    String long2 = "b".repeat(10_000);
    long start = System.nanoTime();
    assertEquals(long1, exchange(long1));
    assertEquals(long2, exchange(long2));
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(taken.compareTo(Duration.ofMillis(200)) >= 0, "20,000 bytes took " + taken);
  }

  @Test
  void aStoppedServerEndsTheLink() throws IOException {
    server.close();
    client.close();
    client = socket();
    assertEnded(client);
  }

  @Test
  void closeEndsTheThread() {
    proxy.close();
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().contains("-to-" + server.address().getPort())));
    assertThrows(IllegalStateException.class, proxy::links);
  }

  private Socket socket() throws IOException {
    Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort());
    socket.setSoTimeout((int) Await.PATIENCE.toMillis());
    return socket;
  }

  /** Asserts that a socket was reset or closed. */
  private static void assertEnded(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException e) {
      // Reset.
    }
  }

  private String exchange(String message) throws IOException {
    return exchange(message, message.length());
  }

  private String exchange(String message, int expected) throws IOException {
    send(message.getBytes(US_ASCII));
    return new String(client.getInputStream().readNBytes(expected), US_ASCII);
  }

  private void send(byte[] bytes) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Echoes and records bytes, over all connections. */
  private static final class EchoServer {
    private final ServerSocket listener;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final Thread acceptor;

    EchoServer() {
      try {
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      acceptor = start(this::acceptAll);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    String received() {
      return received.toString(US_ASCII);
    }

    private static Thread start(Runnable task) {
      Thread thread = new Thread(task, "echo");
      thread.setDaemon(true);
      thread.start();
      return thread;
    }

    private void acceptAll() {
      try {
        while (true) {
          Socket socket = listener.accept();
          sockets.add(socket);
          start(() -> echo(socket));
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private void echo(Socket socket) {
      byte[] buffer = new byte[1 << 16];
      try (socket) {
        InputStream in = socket.getInputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          received.write(buffer, 0, count);
          socket.getOutputStream().write(buffer, 0, count);
        }
      } catch (IOException e) {
        // Reset by the proxy.
      }
    }

    void close() throws IOException {
      listener.close();
      // The kernel accepts connections while the thread is in accept().
      Await.until("the acceptor has ended", () -> !acceptor.isAlive());
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
