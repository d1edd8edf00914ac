package io.petacore.it.etcd;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * What a member keeps from one life to the next.
 *
 * @param name unique in its cluster
 * @param clientPort where clients find it, on the loopback address
 * @param peerPort where other members find it
 * @param home a directory that the servers of the cluster may use
 * @param log what it prints, all lives one after another
 */
record MemberLayout(String name, int clientPort, int peerPort, Path home, Path log) {

  /** Where a proxy finds it for other members. */
  InetSocketAddress peerAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), peerPort);
  }

  /** The data directory. */
  Path data() {
    return home.resolve("data-" + name);
  }
}
