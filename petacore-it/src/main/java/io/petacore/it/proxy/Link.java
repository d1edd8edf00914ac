package io.petacore.it.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** A connection of a client and the corresponding connection to the server. */
final class Link {

  private final Set<Link> links;
  private final SocketChannel client;
  private final SocketChannel server;
  private final SelectionKey serverKey;
  private final Stream toServer;
  private final Stream toClient;

  /**
   * Starts to connect to the server.
   *
   * @param links the set of open links; this link adds and removes itself
   */
  Link(
      SelectorLoop loop,
      Flow towardsServer,
      Flow towardsClient,
      Set<Link> links,
      SocketChannel client,
      InetSocketAddress target)
      throws IOException {
    this.links = links;
    this.client = client;
    this.server = SocketChannel.open();
    try {
      configure(client);
      configure(server);
      server.connect(target);
    } catch (IOException e) {
      reset();
      throw e;
    }
    SelectionKey clientKey = loop.register(client, 0, this::serveClient);
    serverKey = loop.register(server, SelectionKey.OP_CONNECT, this::serveServer);
    toServer = new Stream(loop, towardsServer, clientKey, serverKey, this::closeIfDone);
    toClient = new Stream(loop, towardsClient, serverKey, clientKey, this::closeIfDone);
    links.add(this);
  }

  private static void configure(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /** Returns one direction of this link. */
  Stream stream(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  /** Writes bytes that may pass now, after a change of a flow. */
  void flowChanged() {
    if (serverKey.isValid() && server.isConnected()) {
      toServer.push();
      toClient.push();
    }
  }

  private void serveClient(SelectionKey key) {
    if (key.isReadable()) {
      toServer.pull();
    }
    if (key.isValid() && key.isWritable()) {
      toClient.push();
    }
  }

  private void serveServer(SelectionKey key) {
    if (key.isConnectable()) {
      connected(key);
      return;
    }
    if (key.isReadable()) {
      toClient.pull();
    }
    if (key.isValid() && key.isWritable()) {
      toServer.push();
    }
  }

  private void connected(SelectionKey key) {
    try {
      server.finishConnect();
    } catch (IOException e) {
      reset();
      return;
    }
    key.interestOps(0);
    flowChanged();
  }

  private void closeIfDone() {
    if (toServer.isDone() && toClient.isDone()) {
      close();
    }
  }

  /** Resets both connections. */
  void reset() {
    for (SocketChannel channel : new SocketChannel[] {client, server}) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // Never connected or already closed.
      }
    }
    close();
  }

  private void close() {
    links.remove(this);
    try (client;
        server) {
      // Closes both even if one fails.
    } catch (IOException e) {
      // Already closed.
    }
  }
}
