package io.petacore.it.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.petacore.it.proxy.TcpProxy;
import io.petacore.it.proxy.Way;
import io.petacore.testing.Await;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands between members parts those that it is meant to, and no others. */
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
  void membersMeetByProxiesOnly() {
    for (TcpProxy proxy : links.proxies()) {
      Await.until("each uses its own way to each other", () -> proxy.links() > 0);
    }
  }

  @Test
  void whoIsPartedFromBothOthersServesNobody() {
    links.waysBetween(List.of(first), etcd.members()).forEach(Way::hold);
    Await.until("it is alone", () -> !serves(first));
    String key = etcd.freshNamespace() + "key";
    Await.until("the others go on", () -> second.client().put(key, "1") > 0);
    assertEquals(Optional.of("1"), third.client().get(key));
    assertFalse(serves(first));
    heal();
    Await.until("it is back", () -> first.client().get(key).equals(Optional.of("1")));
  }

  /** Two that do not hear each other go on by the third: each of them is in a majority. */
  @Test
  void twoArePartedAndBothReachTheThird() {
    Await.until("the third leads", this::thirdLeads);
    links.waysBetween(List.of(first), List.of(second)).forEach(Way::hold);
    String key = etcd.freshNamespace() + "key";
    first.client().put(key, "by the first");
    assertEquals(Optional.of("by the first"), second.client().get(key));
    Await.until("what one says to the other is held", () -> held(first, second) > 0);
    second.client().put(key, "by the second");
    assertEquals(Optional.of("by the second"), first.client().get(key));
  }

  private long held(Member from, Member to) {
    return links.ways(from, to).stream()
        .mapToLong(way -> way.proxy().heldBytes(way.direction()))
        .sum();
  }

  /** Has whoever leads stand still until another one does. */
  private boolean thirdLeads() {
    for (Member member : List.of(first, second)) {
      if (member.client().isLeader()) {
        member.pause();
        Await.until("another one leads", () -> leads(first) || leads(second) || leads(third));
        member.resume();
      }
    }
    return third.client().isLeader();
  }

  private static boolean leads(Member member) {
    return member.isRunning() && member.client().isLeader();
  }

  private static boolean serves(Member member) {
    try {
      return member.client().isHealthy();
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }
}
