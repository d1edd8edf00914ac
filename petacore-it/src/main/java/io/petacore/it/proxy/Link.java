package io.petacore.it.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** A client's connection and the one that was made to the server for it. */
final class Link {

  private final Set<Link> links;
  private final SocketChannel client;
  private final SocketChannel server;
  private final SelectionKey serverKey;
  private final Stream toServer;
  private final Stream toClient;

  /**
   * Begins to connect to the server for a client.
   *
   * @param links the set of open links, which this one joins and leaves
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

  /** One direction of this link. */
  Stream stream(Direction direction) {
    return direction == Direction.TO_SERVER ? toServer : toClient;
  }

  /** Writes what may pass, after a flow was changed. */
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

  /** Ends both connections at once, without the manners of a proper end. */
  void reset() {
    for (SocketChannel channel : new SocketChannel[] {client, server}) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // It was never connected, or has ended by itself.
      }
    }
    close();
  }

  private void close() {
    links.remove(this);
    try (client;
        server) {
      // Closing both, whichever fails, is all there is to do.
    } catch (IOException e) {
      // Closed is closed.
    }
  }
}
