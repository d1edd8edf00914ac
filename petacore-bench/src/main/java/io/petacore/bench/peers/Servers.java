package io.petacore.bench.peers;

import java.net.InetSocketAddress;
import java.util.Locale;

/** Where the servers are: {@code host:port} in the environment, which child processes inherit. */
public final class Servers {

  /** The etcd server. */
  public static final String ETCD = "etcd";

  /** The Redis server. */
  public static final String REDIS = "redis";

  /** The PostgreSQL server. */
  public static final String POSTGRESQL = "postgresql";

  private Servers() {}

  /** Whether the environment names one. */
  public static boolean isThere(String server) {
    return System.getenv(variable(server)) != null;
  }

  /**
   * Its address.
   *
   * @throws IllegalStateException if the environment names none
   */
  public static InetSocketAddress address(String server) {
    String address = System.getenv(variable(server));
    if (address == null) {
      throw new IllegalStateException("no " + variable(server) + "=host:port in the environment");
    }
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  static String variable(String server) {
    return "PETACORE_PEERS_" + server.toUpperCase(Locale.ROOT);
  }
}
