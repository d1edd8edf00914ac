package io.petacore.it.etcd;

import io.petacore.testing.Await;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A member of a cluster. Not thread-safe. */
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

  /** The endpoint for clients, a URL. */
  public String endpoint() {
    return endpoint;
  }

  /** The endpoint as a socket address. */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), layout.clientPort());
  }

  /** A client of this member alone. */
  public PlainClient client() {
    return client;
  }

  /** Kills the process and waits for its end. */
  public void kill() {
    if (server != null) {
      server.kill();
      server = null;
      paused = false;
    }
  }

  /** Restarts the member on its ports and data, and returns when it serves requests. */
  public void start() {
    Await.until(
        name() + " restarts",
        () -> {
          launch();
          awaitReady();
          return true;
        });
  }

  /** Starts the process without waiting; {@link #start} waits. */
  public void launch() {
    if (server == null || !server.isAlive()) {
      server = network.launch(layout, arguments, environment);
    }
  }

  /**
   * Waits until the member serves requests.
   *
   * @throws PortTakenException if a port is taken
   * @throws AssertionError if it does not serve in time; the message has the end of its log
   */
  void awaitReady() {
    try {
      Await.until("etcd serves on " + endpoint, () -> hasEnded() || client.isHealthy());
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + log(), e);
    }
    if (hasEnded()) {
      String output = log();
      if (output.contains("address already in use")) {
        throw new PortTakenException(output);
      }
      throw new AssertionError("etcd exited; end of its log:\n" + output);
    }
  }

  private boolean hasEnded() {
    return server == null || !server.isAlive();
  }

  /** Suspends the process; its connections stay open. */
  public void pause() {
    running().pause();
    paused = true;
  }

  /** Resumes the process. */
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

  /** Whether the member serves requests now; false, too, if it cannot be reached. */
  public boolean isServing() {
    try {
      return client.isHealthy();
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }

  /** Whether the process runs and is not paused. */
  public boolean isRunning() {
    return !hasEnded() && !paused;
  }

  /** Resumes or restarts the process without waiting; {@link #start} waits. */
  void startHealing() {
    if (paused) {
      resume();
    }
    launch();
  }

  /** The end of its log. */
  public String log() {
    return LogFile.tail(layout.log(), 60);
  }

  MemberLayout layout() {
    return layout;
  }
}
