package io.petacore.testkit;

import io.petacore.StorageBuilder;

/** Configures the nodes of a {@link TestCluster}, for example with indexes or timeouts. */
@FunctionalInterface
public interface NodeSettings {

  /**
   * Configures a node before it is opened.
   *
   * @param node the number of the node, from 0
   * @param builder the settings; namespace and clock are set by the cluster afterwards
   */
  void configure(int node, StorageBuilder builder);

  /** The defaults of the library. */
  final class Defaults implements NodeSettings {
    /** Creates settings that change nothing. */
    public Defaults() {}

    @Override
    public void configure(int node, StorageBuilder builder) {
      // The library's own defaults.
    }
  }
}
