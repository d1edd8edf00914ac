package io.petacore.bench.peers;

import java.net.InetSocketAddress;
import java.util.Locale;

/** Addresses of the servers, from the environment: {@code host:port} in one variable per server. */
public final class Servers {

  /** The etcd server. */
  public static final String ETCD = "etcd";

  /** The Redis server. */
  public static final String REDIS = "redis";

  /** The PostgreSQL server. */
  public static final String POSTGRESQL = "postgresql";

  private Servers() {}

  /** Whether the environment has the address of a server. */
  public static boolean isConfigured(String server) {
    return System.getenv(variable(server)) != null;
  }

  /**
   * Returns the address of a server.
   *
   * @throws IllegalStateException if the environment has no address for it
   */
  public static InetSocketAddress address(String server) {
    String address = System.getenv(variable(server));
    if (address == null) {
      throw new IllegalStateException(variable(server) + "=host:port is not set");
    }
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  static String variable(String server) {
    return "PETACORE_PEERS_" + server.toUpperCase(Locale.ROOT);
  }
}
