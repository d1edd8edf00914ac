package io.petacore.spring;

import java.util.List;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/**
 * Connects to the etcd of a container that is annotated with {@code @ServiceConnection}: of an
 * image {@code coreos/etcd}, {@code bitnami/etcd} or {@code etcd}, of any registry, or named {@code
 * etcd} by the annotation. The container exposes port 2379.
 */
final class EtcdContainerConnectionDetailsFactory
    extends ContainerConnectionDetailsFactory<Container<?>, EtcdConnectionDetails> {
  private static final int PORT = 2379;
  private static final List<String> NAMES =
      List.of("etcd", "coreos/etcd", "bitnami/etcd", "etcd-development/etcd");

  EtcdContainerConnectionDetailsFactory() {
    super(NAMES);
  }

  @Override
  protected EtcdConnectionDetails getContainerConnectionDetails(
      ContainerConnectionSource<Container<?>> source) {
    return new Details(source);
  }

  private static final class Details extends ContainerConnectionDetails<Container<?>>
      implements EtcdConnectionDetails {
    Details(ContainerConnectionSource<Container<?>> source) {
      super(source);
    }

    @Override
    public List<String> endpoints() {
      Container<?> container = getContainer();
      return List.of("http://" + container.getHost() + ":" + container.getMappedPort(PORT));
    }
  }
}
