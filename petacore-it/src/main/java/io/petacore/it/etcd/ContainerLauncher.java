package io.petacore.it.etcd;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** Runs etcd in containers, where Docker answers. */
final class ContainerLauncher implements Launcher {

  private static final String BASE = "debian:13-slim";

  private final Future<String> image;
  private final String description;

  private ContainerLauncher(Future<String> image, String description) {
    this.image = image;
    this.description = description;
  }

  /** Whether Docker answers. */
  static boolean isPossible() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  /** An image that has {@code etcd} on its path. */
  static ContainerLauncher ofImage(String name) {
    return new ContainerLauncher(CompletableFuture.completedFuture(name), "container of " + name);
  }

  /** Debian's own etcd, in an image that is built here and kept for the next time. */
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
