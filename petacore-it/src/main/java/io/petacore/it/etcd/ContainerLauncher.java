package io.petacore.it.etcd;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** Runs etcd in Docker containers. */
final class ContainerLauncher implements Launcher {

  private static final String BASE = "debian:13-slim";

  private final Future<String> image;
  private final String description;

  private ContainerLauncher(Future<String> image, String description) {
    this.image = image;
    this.description = description;
  }

  /** Whether Docker is available. */
  static boolean isPossible() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  /** Uses an image with {@code etcd} on its path. */
  static ContainerLauncher ofImage(String name) {
    return new ContainerLauncher(CompletableFuture.completedFuture(name), "container of " + name);
  }

  /** Uses an image with Debian's etcd, which is built on first use. */
  static ContainerLauncher ofDebian() {
    ImageFromDockerfile built =
        new ImageFromDockerfile("petacore-etcd-server", false)
            .withDockerfileFromBuilder(
                file ->
                    file.from(BASE)
                        .run(
                            "apt-get update"
                                + " && apt-get install -y --no-install-recommends etcd-server"
                                + " && rm -rf /var/lib/apt/lists/*")
                        .build());
    return new ContainerLauncher(built, "container of etcd-server on " + BASE);
  }

  @Override
  public Network network() {
    return new ContainerNetwork(image);
  }

  @Override
  public boolean isOnLoopback() {
    return false;
  }

  @Override
  public String description() {
    return description;
  }
}
