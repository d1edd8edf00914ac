package io.petacore.it.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import io.petacore.testing.Await;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peer links partition the given members, and no others. */
@WithEtcd(members = 3, own = true, peerLinks = true)
class PeerLinksTest {

  private final EtcdCluster etcd;
  private final PeerLinks links;
  private final Member first;
  private final Member second;
  private final Member third;

  PeerLinksTest(EtcdCluster etcd) {
    this.etcd = etcd;
    links = etcd.peerLinks();
    first = etcd.members().get(0);
    second = etcd.members().get(1);
    third = etcd.members().get(2);
  }

  @AfterEach
  void heal() {
    links.waysBetween(etcd.members(), etcd.members()).forEach(Way::pass);
  }

  @Test
  void membersConnectThroughProxiesOnly() {
    for (TcpProxy proxy : links.proxies()) {
      Await.until("every pair has a connection", () -> proxy.links() > 0);
    }
  }

  @Test
  void aPartitionedMemberDoesNotServe() {
    links.waysBetween(List.of(first), etcd.members()).forEach(Way::hold);
    Await.until("the first has detected the partition", () -> !first.isServing());
    String key = etcd.freshNamespace() + "key";
    Await.until("the others serve", () -> second.client().put(key, "1") > 0);
    assertEquals(Optional.of("1"), third.client().get(key));
    assertFalse(first.isServing());
    heal();
    Await.until("the first serves again", () -> first.client().get(key).equals(Optional.of("1")));
  }

  /** Two members that are partitioned from each other still form majorities with the third. */
  @Test
  void twoPartitionedMembersServeThroughTheThird() {
    Await.until("the third leads", this::thirdLeads);
    links.waysBetween(List.of(first), List.of(second)).forEach(Way::hold);
    String key = etcd.freshNamespace() + "key";
    first.client().put(key, "by the first");
    assertEquals(Optional.of("by the first"), second.client().get(key));
    Await.until("messages between the two are held", () -> held(first, second) > 0);
    second.client().put(key, "by the second");
    assertEquals(Optional.of("by the second"), first.client().get(key));
  }

  private long held(Member from, Member to) {
    return links.ways(from, to).stream()
        .mapToLong(way -> way.proxy().heldBytes(way.direction()))
        .sum();
  }

  /** Pauses the leader until another member leads. */
  private boolean thirdLeads() {
    for (Member member : List.of(first, second)) {
      if (member.client().isLeader()) {
        member.pause();
        Await.until("another member leads", () -> leads(first) || leads(second) || leads(third));
        member.resume();
      }
    }
    return third.client().isLeader();
  }

  private static boolean leads(Member member) {
    return member.isRunning() && member.client().isLeader();
  }
}
