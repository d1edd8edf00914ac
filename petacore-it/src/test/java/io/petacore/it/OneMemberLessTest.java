package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageCounters;
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
 * One of three members is reachable but does not serve requests, permanently: it is partitioned
 * from the others, or it hangs. The others are a majority, so commits continue.
 */
@WithEtcd(members = 3, own = true, peerLinks = true)
class OneMemberLessTest {

  private static final Logger LOG = LoggerFactory.getLogger(OneMemberLessTest.class);

  private static final Duration WINDOW = Duration.ofSeconds(4);

  /** Repetitions, since the members of the watch and of the first request are random. */
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
    Await.until("all members serve", () -> etcd.members().stream().allMatch(Member::isServing));
  }

  /** The sorted latencies of sequential commits, in milliseconds. */
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

  /** A request that is sent to the member costs a commit over two seconds. */
  private static void assertNoneAwaitedTheMember(List<Long> sorted) {
    assertTrue(sorted.get(sorted.size() - 1) < 1_500, () -> figures(sorted));
  }

  private static long inDoubt(DistributedStorage node) {
    StorageCounters counters = node.status().counters();
    return counters.resolvedApplied() + counters.resolvedNotApplied() + counters.unknownOutcomes();
  }

  private void partition(Member member) throws Exception {
    DistributedStorage node = nodes.open();
    List<Long> before = commits(node, WINDOW);
    etcd.peerLinks().waysBetween(List.of(member), etcd.members()).forEach(Way::hold);
    // Requests to it are pending until it has detected the partition, by an election timeout.
    List<Long> meanwhile = commits(node, Duration.ofSeconds(6));
    long inDoubt = inDoubt(node);
    List<Long> then = commits(node, WINDOW);
    LOG.info(
        "{} partitioned: before {}; at first {}, {} in-doubt; then {}, {} in-doubt",
        member.name(),
        figures(before),
        figures(meanwhile),
        inDoubt,
        figures(then),
        inDoubt(node) - inDoubt);
    assertNoneAwaitedTheMember(then);
    assertEquals(inDoubt, inDoubt(node), "in-doubt commits");
    assertEquals(0, node.status().counters().unknownOutcomes(), "unknown outcomes");
  }

  @Test
  void aFollowerIsPartitioned() throws Exception {
    partition(etcd.follower());
  }

  @Test
  void theLeaderIsPartitioned() throws Exception {
    partition(etcd.leader());
  }

  /**
   * A commit whose response is lost with the member is in-doubt after 2.5 s; without a leader no
   * commit succeeds before an election.
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
        "{} hangs: a leader after {} ms; before {}; at first {}, {} in-doubt; then {}",
        member.name(),
        election.get(),
        figures(before),
        figures(meanwhile),
        inDoubt(node),
        figures(then));
    long worst = meanwhile.get(meanwhile.size() - 1);
    long bound = Math.max(3_000, election.get() + 1_000);
    assertTrue(worst < bound, "no commit for " + worst + " ms; a leader after " + election.get());
    assertNoneAwaitedTheMember(then);
    assertEquals(0, node.status().counters().unknownOutcomes(), "unknown outcomes");
    member.resume();
    Await.until("the member serves again", () -> member.isServing());
  }

  /**
   * Waits until one of the members is the leader.
   *
   * @return the time that took, in milliseconds
   */
  private static long awaitLeader(List<Member> members) {
    long start = System.nanoTime();
    Await.until("a leader", () -> members.stream().anyMatch(m -> m.client().isLeader()));
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  /** Fails if a request or the watch stays at a member that does not respond. */
  @RepeatedTest(TIMES)
  void aFollowerHangs() throws Exception {
    hang(etcd.follower());
  }

  /**
   * Fails if requests that follow a lost response (the advance of the session fence, the read under
   * a new watch) are sent to the leader that hangs, or stay there.
   */
  @RepeatedTest(TIMES)
  void theLeaderHangs() throws Exception {
    hang(etcd.leader());
  }

  /** Opens storages while one endpoint does not serve, whichever endpoint is tried first. */
  @Test
  void storagesOpenDuringAPartition() {
    Member isolated = etcd.follower();
    etcd.peerLinks().waysBetween(List.of(isolated), etcd.members()).forEach(Way::hold);
    Await.until("the member has detected the partition", () -> !isolated.isServing());
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
}
