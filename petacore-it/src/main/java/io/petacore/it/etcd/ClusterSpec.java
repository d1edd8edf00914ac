package io.petacore.it.etcd;

import java.util.List;

/**
 * The cluster that a test requires.
 *
 * @param members number of members
 * @param own whether the test needs its own cluster: to kill and pause members, compact, or add
 *     users
 * @param flags command-line flags of every member, for example {@code --max-txn-ops=64}
 * @param tls whether clients must use TLS
 * @param peerLinks whether members connect through proxies, one for each ordered pair
 */
public record ClusterSpec(
    int members, boolean own, List<String> flags, boolean tls, boolean peerLinks) {

  public ClusterSpec {
    if (members != 1 && members != 3) {
      throw new IllegalArgumentException("a cluster has 1 or 3 members, not " + members);
    }
    flags = List.copyOf(flags);
  }

  /** Whether any etcd server or cluster satisfies this. */
  boolean isSatisfiedByAny() {
    return members == 1 && !own && flags.isEmpty() && !tls && !peerLinks;
  }
}
