package io.petacore.spring;

import io.petacore.etcd.EtcdKvStore;

/** A bean that configures the connection to etcd beyond its properties. */
@FunctionalInterface
public interface EtcdCustomizer {

  /**
   * Configures the connection.
   *
   * @param builder its settings, with the properties applied
   */
  void customize(EtcdKvStore.Builder builder);
}
