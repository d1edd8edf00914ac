package io.petacore.it.etcd;

import java.util.List;

/**
 * The cluster that a test wants.
 *
 * @param members how many members
 * @param own whether the test hurts it: ends and stops members, compacts, sets up users
 * @param flags for every member's command line, {@code --max-txn-ops=64}
 * @param tls whether clients must use TLS
 * @param peerLinks whether proxies stand between the members, one for each ordered pair
 */
public record ClusterSpec(
    int members, boolean own, List<String> flags, boolean tls, boolean peerLinks) {

  public ClusterSpec {
    if (members != 1 && members != 3) {
      throw new IllegalArgumentException("a cluster has 1 or 3 members, not " + members);
    }
    flags = List.copyOf(flags);
  }

  /** Whether any etcd with one member or more will do. */
  boolean isUndemanding() {
    return members == 1 && !own && flags.isEmpty() && !tls && !peerLinks;
  }
}
