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
 * The network between the members of a cluster: for each ordered pair of them a proxy, which only
 * the one uses to reach the other.
 *
 * <p>All members must go by the same addresses, so it is not by its address that a member can be
 * given a way of its own to another. But an etcd server connects to its peers as the environment
 * says, by a SOCKS server where one is named; each member is told another one, which knows by that
 * whose connection it is. Go does not use such a server for loopback addresses, hence {@link
 * #HOST}.
 */
public final class PeerLinks implements AutoCloseable {

  /**
   * Of TEST-NET-1 (RFC 5737), which is nowhere: a member that forgot its proxy would stay alone.
   */
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

  /** What a member must find in its environment. */
  Map<String, String> environment(MemberLayout member) {
    SocksServer server = Objects.requireNonNull(servers.get(member.name()));
    return Map.of("HTTP_PROXY", "socks5://127.0.0.1:" + server.address().getPort());
  }

  /** The ways that what one member says to another takes. */
  public List<Way> ways(Member from, Member to) {
    return List.of(
        proxy(from, to).way(Direction.TO_SERVER),
        // etcd's members read what they are told from connections that they have made themselves.
        proxy(to, from).way(Direction.TO_CLIENT));
  }

  /** The ways of all that others say to a member. */
  public List<Way> waysTo(Member member, List<Member> others) {
    List<Way> ways = new ArrayList<>();
    for (Member other : others) {
      if (other != member) {
        ways.addAll(ways(other, member));
      }
    }
    return ways;
  }

  /** All ways between two groups of members, both directions. */
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

  /** Every proxy, of every ordered pair. */
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
