package io.petacore.spring;

import io.petacore.StorageBuilder;

/**
 * A bean that configures storages beyond their properties: indexes, an executor. Called for each
 * storage before it is opened, after its properties are applied.
 */
@FunctionalInterface
public interface StorageCustomizer {

  /**
   * Configures a storage. Its status listener is set afterwards; listen to {@link
   * StorageStatusEvent} instead.
   *
   * @param name the name of the storage's bean
   * @param builder its settings
   */
  void customize(String name, StorageBuilder builder);
}
