package io.petacore.it.etcd;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Ports and files of a member, which it keeps across restarts.
 *
 * @param name unique in its cluster
 * @param clientPort port for clients, on the loopback address
 * @param peerPort port for other members
 * @param home directory of the cluster
 * @param log log file, appended to at each start
 */
record MemberLayout(String name, int clientPort, int peerPort, Path home, Path log) {

  /** The peer address for proxies. */
  InetSocketAddress peerAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), peerPort);
  }

  /** The data directory. */
  Path data() {
    return home.resolve("data-" + name);
  }
}
