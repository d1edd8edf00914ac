package io.petacore.it.etcd;

import io.petacore.it.proxy.Direction;
import io.petacore.it.proxy.SocksServer;
import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The network between the members of a cluster: one proxy for each ordered pair, used only by the
 * first to connect to the second.
 *
 * <p>All members must be configured with the same peer addresses, so the address cannot select the
 * proxy. Instead each member connects to its peers through its own SOCKS server, set in its
 * environment. Go does not use a SOCKS server for loopback addresses, hence {@link #HOST}.
 */
public final class PeerLinks implements AutoCloseable {

  /** An address of TEST-NET-1 (RFC 5737), which is unreachable without the SOCKS server. */
  static final String HOST = "192.0.2.1";

  private record Pair(String from, String to) {}

  private final Map<Pair, TcpProxy> proxies = new HashMap<>();
  private final Map<String, SocksServer> servers = new HashMap<>();

  private PeerLinks(List<MemberLayout> members) {
    for (MemberLayout from : members) {
      Map<Integer, TcpProxy> routes = new HashMap<>();
      for (MemberLayout to : members) {
        if (!from.name().equals(to.name())) {
          TcpProxy proxy = TcpProxy.to(to.peerAddress());
          proxies.put(new Pair(from.name(), to.name()), proxy);
          routes.put(to.peerPort(), proxy);
        }
      }
      servers.put(from.name(), SocksServer.to(routes));
    }
  }

  static PeerLinks between(List<MemberLayout> members) {
    return new PeerLinks(members);
  }

  /** The environment variables of a member. */
  Map<String, String> environment(MemberLayout member) {
    SocksServer server = Objects.requireNonNull(servers.get(member.name()));
    return Map.of("HTTP_PROXY", "socks5://127.0.0.1:" + server.address().getPort());
  }

  /** The ways of all messages from one member to another. */
  public List<Way> ways(Member from, Member to) {
    return List.of(
        proxy(from, to).way(Direction.TO_SERVER),
        // Members also receive messages on connections that they opened themselves.
        proxy(to, from).way(Direction.TO_CLIENT));
  }

  /** The ways of all messages from others to a member. */
  public List<Way> waysTo(Member member, List<Member> others) {
    List<Way> ways = new ArrayList<>();
    for (Member other : others) {
      if (other != member) {
        ways.addAll(ways(other, member));
      }
    }
    return ways;
  }

  /** All ways between two groups of members, in both directions. */
  public List<Way> waysBetween(List<Member> some, List<Member> others) {
    List<Way> ways = new ArrayList<>();
    for (Member one : some) {
      ways.addAll(waysTo(one, others));
      for (Member other : others) {
        if (other != one) {
          ways.addAll(ways(one, other));
        }
      }
    }
    return ways;
  }

  /** The proxies of all ordered pairs. */
  public List<TcpProxy> proxies() {
    return List.copyOf(proxies.values());
  }

  private TcpProxy proxy(Member from, Member to) {
    return Objects.requireNonNull(proxies.get(new Pair(from.name(), to.name())));
  }

  @Override
  public void close() {
    servers.values().forEach(SocksServer::close);
    proxies.values().forEach(TcpProxy::close);
  }
}
