package io.petacore.testkit;

/** The store of a {@link TestCluster}. */
public enum TestStore {
  /** A store in memory, new for each cluster; it needs nothing, and nothing outlives the test. */
  EMBEDDED,
  /**
   * etcd: the endpoints of the environment variable {@code PETACORE_ETCD_ENDPOINTS} (URLs,
   * separated by commas), or else one server, which the first test starts and this JVM shares. Its
   * program is {@code PETACORE_ETCD_BIN}, or else {@code etcd} on the {@code PATH}. Each cluster
   * has a namespace of its own. Needs petacore-etcd on the class path.
   */
  ETCD
}
