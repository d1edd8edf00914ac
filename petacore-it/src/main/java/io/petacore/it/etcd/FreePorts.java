package io.petacore.it.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Loopback ports that nobody listens on. They are taken from below the range that systems give to
 * outgoing connections: there, a client that keeps trying a dead server's port will in the end be
 * connected to itself, and hold the port that the server wants back.
 */
final class FreePorts {

  private static final int FIRST = 12_000;
  private static final int LAST = 32_000;
  private static final int ATTEMPTS = 1_000;

  private static final SplittableRandom RANDOM = new SplittableRandom(System.nanoTime());
  private static final Set<Integer> GIVEN = new HashSet<>();

  private FreePorts() {}

  /** A port that was free a moment ago and is given to nobody else in this JVM. */
  static synchronized int next() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = RANDOM.nextInt(FIRST, LAST);
      if (isFree(port) && GIVEN.add(port)) {
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
