package io.petacore.it.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/**
 * A network of containers, with a new container for each start of a member. Home directories of the
 * host are mounted under the same path and client ports are published under the same number, so
 * that a member keeps its data and endpoint across restarts.
 */
final class ContainerNetwork implements Launcher.Network {

  private final Future<String> image;
  private final org.testcontainers.containers.Network network =
      org.testcontainers.containers.Network.newNetwork();

  ContainerNetwork(Future<String> image) {
    this.image = image;
  }

  @Override
  public String bindHost() {
    return "0.0.0.0";
  }

  @Override
  public String peerHost(String member) {
    return member;
  }

  @Override
  public RunningServer launch(
      MemberLayout layout, List<String> arguments, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add("etcd");
    command.addAll(arguments);
    String home = layout.home().toString();
    String port = Integer.toString(layout.clientPort());
    String owner = ownerOf(layout.home());
    GenericContainer<?> container =
        new GenericContainer<>(image)
            .withCommand(command.toArray(String[]::new))
            .withEnv(environment)
            .withNetwork(network)
            .withNetworkAliases(layout.name())
            .withFileSystemBind(home, home, BindMode.READ_WRITE)
            .withCreateContainerCmdModifier(create -> create.withUser(owner))
            .withLogConsumer(frame -> append(layout.log(), frame.getBytes()))
            .waitingFor(new NoWait());
    container.setPortBindings(List.of("127.0.0.1:" + port + ":" + port));
    try {
      container.start();
    } catch (ContainerLaunchException e) {
      container.stop();
      if (isPortTaken(e)) {
        throw new PortTakenException("port " + port + " of the host");
      }
      throw e;
    }
    return new ServerContainer(container);
  }

  /**
   * The user of the container, so that this process can read, copy and delete the files of the
   * server.
   */
  private static String ownerOf(Path directory) {
    try {
      return Files.getAttribute(directory, "unix:uid")
          + ":"
          + Files.getAttribute(directory, "unix:gid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void append(Path log, byte[] bytes) {
    try {
      LogFile.append(log, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isPortTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("port is already allocated") || message.contains("already in use")) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    network.close();
  }

  /** Does not wait: the cluster waits for all members together. */
  private static final class NoWait extends AbstractWaitStrategy {
    @Override
    protected void waitUntilReady() {
      // The cluster waits.
    }
  }
}
