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
 * Stands between clients and one server and forwards bytes, until a test says otherwise. A method
 * that has returned is in force on every link: after {@link #hold} no further byte passes, after
 * {@link #cut} no link is left. One thread, which has ended when {@link #close()} returns.
 */
public final class TcpProxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);

  private final InetSocketAddress target;
  private final ServerSocketChannel listener;
  private final int port;
  private final SelectorLoop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  // All of these belong to the loop's thread.
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

  /** A proxy on a free loopback port, in front of a server. */
  public static TcpProxy to(InetSocketAddress server) {
    try {
      TcpProxy proxy = new TcpProxy(server);
      proxy.loop.start();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients connect to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Resets every connection there is. New ones are accepted as before. */
  public void cut() {
    run(() -> List.copyOf(links).forEach(Link::reset));
  }

  /** From now on new connections are reset as soon as they are made. Open ones go on. */
  public void refuse() {
    run(() -> refusing = true);
  }

  /** New connections are welcome again. */
  public void accept() {
    run(() -> refusing = false);
  }

  /** Keeps what flows in a direction, in order, until {@link #pass}. */
  public void hold(Direction direction) {
    run(() -> change(direction, Flow.Mode.HOLD));
  }

  /** Forgets what flows in a direction, until {@link #pass}; the other direction goes on. */
  public void swallow(Direction direction) {
    run(() -> change(direction, Flow.Mode.SWALLOW));
  }

  /**
   * Forwards again, first what was held. Links that have lost bytes are reset: what would follow
   * the gap means nothing to its receiver.
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

  /** Has everything that is read from now on wait for a while; bytes stay in order. */
  public void delay(Direction direction, Duration delay) {
    run(() -> flow(direction).delay(delay));
  }

  /** Lets no more than so many bytes a second pass, on all links together. */
  public void throttle(Direction direction, long bytesPerSecond) {
    run(() -> flow(direction).rate(bytesPerSecond));
  }

  /** One direction of it. */
  public Way way(Direction direction) {
    return new Way(this, direction);
  }

  /** How many connections are open. */
  public int links() {
    return loop.call(links::size);
  }

  /** How many connections were ever accepted. */
  public long accepted() {
    return loop.call(() -> accepted);
  }

  /** How many bytes are kept back in a direction: above zero, a held request has arrived here. */
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

  /** Serves a connection that somebody else has accepted, as if it had been made to here. */
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
