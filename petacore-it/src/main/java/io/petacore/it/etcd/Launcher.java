package io.petacore.it.etcd;

import java.util.List;
import java.util.Map;

/** Starts etcd servers. */
interface Launcher {

  /** The network of a cluster: addresses in the arguments of its servers. */
  interface Network extends AutoCloseable {
    /** The address on which servers listen. */
    String bindHost();

    /** The host name of a member for other members. */
    String peerHost(String member);

    /**
     * Starts a server without waiting for it.
     *
     * @throws PortTakenException if a port is taken
     */
    RunningServer launch(
        MemberLayout layout, List<String> arguments, Map<String, String> environment);

    @Override
    void close();
  }

  /** Creates a network for one cluster. */
  Network network();

  /** Whether servers use the loopback interface of this machine. */
  boolean isOnLoopback();

  /** Description for messages. */
  String description();
}
