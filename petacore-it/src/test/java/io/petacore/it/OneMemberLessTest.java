package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus.Counters;
import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.it.proxy.Way;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of three members can be reached but serves nothing, and that for good: it is cut off from the
 * others, or it hangs. The others are a majority, so commits go on as if it were not there.
 */
@WithEtcd(members = 3, own = true, peerLinks = true)
class OneMemberLessTest {

  private static final Logger LOG = LoggerFactory.getLogger(OneMemberLessTest.class);

  private static final Duration WINDOW = Duration.ofSeconds(4);

  /** Where the watch is, and whom the first request met, is chance. */
  private static final int TIMES = 2;

  private final EtcdCluster etcd;
  private final Nodes nodes;

  OneMemberLessTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void heal() {
    nodes.close();
    etcd.peerLinks().waysBetween(etcd.members(), etcd.members()).forEach(Way::pass);
    etcd.heal();
    Await.until("all serve", () -> etcd.members().stream().allMatch(OneMemberLessTest::serves));
  }

  private static boolean serves(Member member) {
    return member.client().isHealthy();
  }

  private Member aFollower() {
    return Await.value(
        "a follower",
        () -> etcd.members().stream().filter(m -> !m.client().isLeader()).findFirst().orElse(null));
  }

  private Member theLeader() {
    return Await.value(
        "the leader",
        () -> etcd.members().stream().filter(m -> m.client().isLeader()).findFirst().orElse(null));
  }

  /** How long each commit took, in milliseconds, sorted. */
  private static List<Long> commits(DistributedStorage node, Duration window) {
    List<Long> millis = new ArrayList<>();
    long begin = System.nanoTime();
    long start = begin;
    while (start - begin < window.toNanos()) {
      node.runTransaction(
          tx -> tx.write("key", Integer.toString(tx.read("key") == null ? 0 : millis.size())));
      long end = System.nanoTime();
      millis.add(Duration.ofNanos(end - start).toMillis());
      start = end;
    }
    millis.sort(null);
    return millis;
  }

  private static String figures(List<Long> sorted) {
    return "%d commits, median %d ms, worst %d ms"
        .formatted(sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
  }

  private static long doubts(DistributedStorage node) {
    Counters counters = node.status().counters();
    return counters.resolvedApplied() + counters.resolvedNotApplied() + counters.unknownOutcomes();
  }

  private void cutOff(Member member) throws Exception {
    DistributedStorage node = nodes.open();
    List<Long> before = commits(node, WINDOW);
    etcd.peerLinks().waysBetween(List.of(member), etcd.members()).forEach(Way::hold);
    // Until it has noticed itself, which takes an election, it lets requests wait.
    List<Long> meanwhile = commits(node, Duration.ofSeconds(6));
    long doubts = doubts(node);
    List<Long> then = commits(node, WINDOW);
    LOG.info(
        "{} cut off: before {}; at first {}, {} in doubt; then {}, {} in doubt",
        member.name(),
        figures(before),
        figures(meanwhile),
        doubts,
        figures(then),
        doubts(node) - doubts);
    assertTrue(then.size() > before.size() / 2, () -> figures(before) + ", then " + figures(then));
    assertEquals(doubts, doubts(node), "in doubt");
    assertEquals(0, node.status().counters().unknownOutcomes(), "unknown");
  }

  @Test
  void aFollowerIsCutOff() throws Exception {
    cutOff(aFollower());
  }

  @Test
  void theLeaderIsCutOff() throws Exception {
    cutOff(theLeader());
  }

  /**
   * A commit whose answer the hung member took along is in doubt after 2.5 s; without a leader
   * nothing can be done before there is another one.
   */
  private void hang(Member member) throws Exception {
    DistributedStorage node = nodes.open();
    List<Long> before = commits(node, WINDOW);
    List<Member> others = etcd.members().stream().filter(other -> other != member).toList();
    member.pause();
    CompletableFuture<Long> election = CompletableFuture.supplyAsync(() -> awaitLeader(others));
    List<Long> meanwhile = commits(node, Duration.ofSeconds(12));
    List<Long> then = commits(node, WINDOW);
    LOG.info(
        "{} hangs: a leader after {} ms; before {}; at first {}, {} in doubt; then {}",
        member.name(),
        election.get(),
        figures(before),
        figures(meanwhile),
        doubts(node),
        figures(then));
    long worst = meanwhile.get(meanwhile.size() - 1);
    long bound = Math.max(3_000, election.get() + 1_000);
    assertTrue(worst < bound, "no commit for " + worst + " ms; a leader after " + election.get());
    assertTrue(then.size() > before.size() / 2, () -> figures(before) + ", then " + figures(then));
    assertEquals(0, node.status().counters().unknownOutcomes(), "unknown");
    member.resume();
    Await.until("it serves again", () -> serves(member));
  }

  /** How long it takes until one of the members says that it leads, in milliseconds. */
  private static long awaitLeader(List<Member> members) {
    long start = System.nanoTime();
    Await.until("a leader", () -> members.stream().anyMatch(m -> m.client().isLeader()));
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  /** Broken if a request, or the watch, were left to a member that says nothing. */
  @RepeatedTest(TIMES)
  void aFollowerHangs() throws Exception {
    hang(aFollower());
  }

  /**
   * Broken if what follows an answer that was lost (the advance of the fence, the read before a
   * watch) met the leader that hangs, or were waited for where it was lost with it.
   */
  @RepeatedTest(TIMES)
  void theLeaderHangs() throws Exception {
    hang(theLeader());
  }

  /** It is opened in the presence of a member that can't serve, whichever it meets first. */
  @Test
  void storagesAreOpenedMeanwhile() {
    Member cutOff = aFollower();
    etcd.peerLinks().waysBetween(List.of(cutOff), etcd.members()).forEach(Way::hold);
    Await.until("it is alone", () -> !servesNow(cutOff));
    for (int i = 0; i < 8; i++) {
      long start = System.nanoTime();
      try (EtcdKvStore store = EtcdKvStore.connect(etcd.endpoints());
          DistributedStorage node =
              DistributedStorage.builder(store).namespace(etcd.freshNamespace()).open()) {
        node.runTransaction(tx -> tx.write("key", "value"));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.toSeconds() < 8, "took " + took);
    }
  }

  private static boolean servesNow(Member member) {
    try {
      return member.client().isHealthy();
    } catch (java.io.UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }
}
