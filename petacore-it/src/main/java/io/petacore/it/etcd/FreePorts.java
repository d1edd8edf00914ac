package io.petacore.it.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Free loopback ports. They are below the ephemeral range: within it, a client that keeps
 * reconnecting to a stopped server eventually connects to itself and blocks the port.
 */
final class FreePorts {

  private static final int FIRST = 12_000;
  private static final int LAST = 32_000;
  private static final int ATTEMPTS = 1_000;

  private static final SplittableRandom RANDOM = new SplittableRandom(System.nanoTime());
  private static final Set<Integer> USED = new HashSet<>();

  private FreePorts() {}

  /** Returns a port that was free and that this JVM has not used before. */
  static synchronized int next() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = RANDOM.nextInt(FIRST, LAST);
      if (isFree(port) && USED.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
