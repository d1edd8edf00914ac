package io.petacore.spring;

import java.util.List;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where etcd is. A bean of this type, such as that of a container with {@code @ServiceConnection},
 * takes precedence over {@code petacore.etcd.endpoints}.
 */
public interface EtcdConnectionDetails extends ConnectionDetails {

  /**
   * Returns the endpoints of the cluster.
   *
   * @return URLs, at least one
   */
  List<String> endpoints();
}
