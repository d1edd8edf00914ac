package io.petacore.it.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the connections of one client, in SOCKS 5 (RFC 1928), and gives each to the proxy of the
 * port that it wants. A program that is told to use this server so reaches each of its peers by a
 * proxy that nobody else uses, without any change to the addresses that the peers go by.
 *
 * <p>One thread, which waits for its client in the few bytes of a greeting: a client that is
 * stopped there holds up nobody but itself.
 */
public final class SocksServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SocksServer.class);

  private static final byte VERSION = 5;
  private static final byte CONNECT = 1;
  private static final byte IP_V4 = 1;
  private static final byte NOT_ALLOWED = 2;

  private final Map<Integer, TcpProxy> routes;
  private final ServerSocketChannel listener;
  private final int port;
  private final Thread thread;

  private SocksServer(Map<Integer, TcpProxy> routes) throws IOException {
    this.routes = Map.copyOf(routes);
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    port = listener.socket().getLocalPort();
    thread = new Thread(this::serve, "socks-" + port);
    thread.setDaemon(true);
  }

  /**
   * A server on a free loopback port.
   *
   * @param routes the port that a client asks for, whatever the host, and the proxy that it gets
   */
  public static SocksServer to(Map<Integer, TcpProxy> routes) {
    try {
      SocksServer server = new SocksServer(routes);
      server.thread.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the client finds it. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private void serve() {
    while (true) {
      SocketChannel client = null;
      try {
        client = listener.accept();
        greet(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.debug("socks on port {}: a connection failed", port, e);
        close(client);
      }
    }
  }

  private void greet(SocketChannel client) throws IOException {
    ByteBuffer offer = read(client, 2);
    read(client, offer.get(1));
    write(client, VERSION, 0);
    ByteBuffer request = read(client, 10);
    TcpProxy proxy = routes.get(Short.toUnsignedInt(request.getShort(8)));
    if (proxy == null || request.get(1) != CONNECT || request.get(3) != IP_V4) {
      write(client, VERSION, NOT_ALLOWED, 0, IP_V4, 0, 0, 0, 0, 0, 0);
      throw new IOException("a request that there is no route for");
    }
    write(client, VERSION, 0, 0, IP_V4, 0, 0, 0, 0, 0, 0);
    proxy.adopt(client);
  }

  private static ByteBuffer read(SocketChannel client, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (client.read(bytes) < 0) {
        throw new EOFException();
      }
    }
    return bytes.flip();
  }

  private static void write(SocketChannel client, int... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    bytes.flip();
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  private static void close(@Nullable SocketChannel client) {
    if (client == null) {
      return;
    }
    try {
      client.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }

  /** Takes no more connections; those that were given away go on. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // It may be waiting for a client in the middle of a greeting.
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
