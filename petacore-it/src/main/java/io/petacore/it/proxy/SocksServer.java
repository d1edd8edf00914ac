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
 * A SOCKS 5 server (RFC 1928) that forwards each connection to the proxy of the requested port. A
 * program that uses this server connects to each peer through its own proxy, without a change to
 * the addresses of the peers.
 *
 * <p>A single thread serves all connections. It blocks during a handshake, which delays only the
 * client that this server belongs to.
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
   * Starts a server on a free loopback port.
   *
   * @param routes the proxy of each requested port, regardless of the host
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

  /** The address of this server. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private void serve() {
    while (true) {
      SocketChannel client = null;
      try {
        client = listener.accept();
        handshake(client);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.debug("socks on port {}: a connection failed", port, e);
        close(client);
      }
    }
  }

  private void handshake(SocketChannel client) throws IOException {
    ByteBuffer methods = read(client, 2);
    read(client, methods.get(1));
    write(client, VERSION, 0);
    ByteBuffer request = read(client, 10);
    TcpProxy proxy = routes.get(Short.toUnsignedInt(request.getShort(8)));
    if (proxy == null || request.get(1) != CONNECT || request.get(3) != IP_V4) {
      write(client, VERSION, NOT_ALLOWED, 0, IP_V4, 0, 0, 0, 0, 0, 0);
      throw new IOException("no route for this request");
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
      // Already closed.
    }
  }

  /** Stops accepting connections; forwarded connections stay open. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The thread may block in a handshake.
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
