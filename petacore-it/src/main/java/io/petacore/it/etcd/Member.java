package io.petacore.it.etcd;

import io.petacore.testing.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A member of a cluster of ours. To be used by one thread at a time. */
public final class Member {

  private final Launcher.Network network;
  private final MemberLayout layout;
  private final List<String> arguments;
  private final Map<String, String> environment;
  private final String endpoint;
  private final PlainClient client;

  private @Nullable RunningServer server;
  private boolean paused;

  Member(
      Launcher.Network network,
      MemberLayout layout,
      List<String> arguments,
      Map<String, String> environment,
      @Nullable TlsFiles tls) {
    this.network = network;
    this.layout = layout;
    this.arguments = arguments;
    this.environment = environment;
    this.endpoint = (tls == null ? "http" : "https") + "://127.0.0.1:" + layout.clientPort();
    this.client = PlainClient.of(List.of(endpoint), tls);
  }

  /** Its name in the cluster. */
  public String name() {
    return layout.name();
  }

  /** What a client connects to, a URL. */
  public String endpoint() {
    return endpoint;
  }

  /** The same as an address, for a proxy. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), layout.clientPort());
  }

  /** A client of this member alone. */
  public PlainClient client() {
    return client;
  }

  /** Ends it as a power cut would, and returns when it has ended. */
  public void kill() {
    if (server != null) {
      server.kill();
      server = null;
      paused = false;
    }
  }

  /** Starts it on its old ports and data, and returns when it serves again. */
  public void start() {
    Await.until(
        name() + " has its port back",
        () -> {
          launch();
          awaitReady();
          return true;
        });
  }

  /** Begins to start it, without waiting; {@link #start} waits. */
  public void launch() {
    if (server == null || !server.isAlive()) {
      server = network.launch(layout, arguments, environment);
    }
  }

  /**
   * Waits until it serves.
   *
   * @throws PortTakenException if it can't, because of a port
   * @throws AssertionError if it does not, with what it printed last
   */
  void awaitReady() {
    try {
      Await.until("etcd serves on " + endpoint, () -> hasEnded() || client.isHealthy());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
    if (hasEnded()) {
      String printed = log();
      if (printed.contains("address already in use")) {
        throw new PortTakenException(printed);
      }
      throw new AssertionError("etcd ended at once; it printed:\n" + printed);
    }
  }

  private boolean hasEnded() {
    return server == null || !server.isAlive();
  }

  /** Stops it in the middle of whatever it does, connections open. */
  public void pause() {
    running().pause();
    paused = true;
  }

  /** Lets it go on. */
  public void resume() {
    running().resume();
    paused = false;
  }

  private RunningServer running() {
    if (server == null) {
      throw new IllegalStateException(name() + " is not running");
    }
    return server;
  }

  /** Whether it runs and is not paused. */
  public boolean isRunning() {
    return !hasEnded() && !paused;
  }

  /** Begins to undo {@link #pause} and {@link #kill}; {@link #start} waits for it. */
  void beginToHeal() {
    if (paused) {
      resume();
    }
    launch();
  }

  /** What it printed last. */
  public String log() {
    return LogFile.tail(layout.log(), 60);
  }

  MemberLayout layout() {
    return layout;
  }
}
