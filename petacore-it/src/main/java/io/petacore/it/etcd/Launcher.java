package io.petacore.it.etcd;

import java.util.List;
import java.util.Map;

/** Starts etcd servers, in one way or another. */
interface Launcher {

  /** How a server's arguments must name places on the network. */
  interface Network extends AutoCloseable {
    /** The address that servers listen on. */
    String bindHost();

    /** The name under which members find a member. */
    String peerHost(String member);

    /** Starts a server. Returns at once, or throws {@link PortTakenException}. */
    RunningServer launch(
        MemberLayout layout, List<String> arguments, Map<String, String> environment);

    @Override
    void close();
  }

  /** A network for one cluster. */
  Network network();

  /** Whether servers share this machine's loopback addresses with us. */
  boolean isOnLoopback();

  /** For people: what is started. */
  String description();
}
