package io.petacore.it.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy between clients and one server that forwards bytes and injects faults. When a method has
 * returned, it is in effect on every link: after {@link #hold} no further byte passes, after {@link
 * #cut} no link is open. Uses one thread, which has ended when {@link #close()} returns.
 */
public final class TcpProxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);

  private final InetSocketAddress target;
  private final ServerSocketChannel listener;
  private final int port;
  private final SelectorLoop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  // Confined to the thread of the loop.
  private final Flow toServer = new Flow();
  private final Flow toClient = new Flow();
  private final Set<Link> links = new HashSet<>();
  private boolean refusing;
  private long accepted;

  private TcpProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.configureBlocking(false);
    port = listener.socket().getLocalPort();
    loop = new SelectorLoop("proxy-" + port + "-to-" + target.getPort());
    loop.register(listener, SelectionKey.OP_ACCEPT, this::accept);
  }

  /** Starts a proxy for a server on a free loopback port. */
  public static TcpProxy to(InetSocketAddress server) {
    try {
      TcpProxy proxy = new TcpProxy(server);
      proxy.loop.start();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The address for clients. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Resets all connections; new connections are accepted. */
  public void cut() {
    run(() -> List.copyOf(links).forEach(Link::reset));
  }

  /** Resets new connections when they are accepted; open connections are not affected. */
  public void refuse() {
    run(() -> refusing = true);
  }

  /** Accepts new connections again. */
  public void accept() {
    run(() -> refusing = false);
  }

  /** Holds the bytes of a direction, in order, until {@link #pass}. */
  public void hold(Direction direction) {
    run(() -> change(direction, Flow.Mode.HOLD));
  }

  /** Drops the bytes of a direction until {@link #pass}; the other direction is not affected. */
  public void swallow(Direction direction) {
    run(() -> change(direction, Flow.Mode.SWALLOW));
  }

  /**
   * Forwards bytes again, held bytes first. Links that have lost bytes are reset, since the
   * receiver cannot interpret the bytes after the gap.
   */
  public void pass(Direction direction) {
    run(
        () -> {
          for (Link link : List.copyOf(links)) {
            if (link.stream(direction).isLossy()) {
              link.reset();
            }
          }
          change(direction, Flow.Mode.PASS);
        });
  }

  /** Delays bytes that are read from now on; their order is preserved. */
  public void delay(Direction direction, Duration delay) {
    run(() -> flow(direction).delay(delay));
  }

  /** Limits the rate of a direction, over all links. */
  public void throttle(Direction direction, long bytesPerSecond) {
    run(() -> flow(direction).rate(bytesPerSecond));
  }

  /** Returns one direction of this proxy. */
  public Way way(Direction direction) {
    return new Way(this, direction);
  }

  /** The number of open connections. */
  public int links() {
    return loop.call(links::size);
  }

  /** The number of connections accepted so far. */
  public long accepted() {
    return loop.call(() -> accepted);
  }

  /** The number of bytes held in a direction; positive once a held request has arrived. */
  public long heldBytes(Direction direction) {
    return loop.call(
        () -> links.stream().mapToLong(link -> link.stream(direction).queuedBytes()).sum());
  }

  private void run(Runnable command) {
    loop.call(
        () -> {
          command.run();
          return true;
        });
  }

  private void change(Direction direction, Flow.Mode mode) {
    flow(direction).mode(mode);
    List.copyOf(links).forEach(Link::flowChanged);
  }

  private Flow flow(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  private void accept(SelectionKey key) {
    try {
      SocketChannel client = listener.accept();
      if (client != null) {
        link(client);
      }
    } catch (IOException e) {
      LOG.debug("proxy on port {}: a connection failed", port, e);
    }
  }

  private void link(SocketChannel client) throws IOException {
    if (refusing) {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
      return;
    }
    accepted++;
    new Link(loop, toServer, toClient, links, client, target);
  }

  /** Serves a connection that another server has accepted. */
  void adopt(SocketChannel client) {
    run(
        () -> {
          try {
            link(client);
          } catch (IOException e) {
            LOG.debug("proxy on port {}: an adopted connection failed", port, e);
          }
        });
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    run(() -> List.copyOf(links).forEach(Link::reset));
    loop.close();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
