package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.etcd.PeerLinks;
import io.petacore.it.fault.Fault;
import io.petacore.it.fault.LinkFaults;
import io.petacore.it.fault.MemberFaults;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Faults of members and of the network between them. */
final class ClusterFaults {

  /** The kinds of faults; while a majority is affected, no commit succeeds. */
  enum Kind {
    KILL_LEADER,
    KILL_MEMBER,
    KILL_MAJORITY,
    PAUSE_LEADER,
    PAUSE_MEMBER,
    PAUSE_MAJORITY,
    /** Clients still reach the leader. */
    ISOLATE_LEADER,
    /** Both members still reach the third. */
    PARTITION_TWO,
    /** The member sends, but receives nothing. */
    DEAFEN_MEMBER,
    PARTITION_ALL,
    SLOW_PEERS,
    LOSSY_PEERS,
    CUT_PEERS,
    COMPACT,
    DEFRAGMENT,
    FILL_DISK
  }

  private final EtcdCluster etcd;
  private final PeerLinks peers;
  private final Disk disk;
  private final Quorum quorum;

  ClusterFaults(EtcdCluster etcd, Disk disk, Quorum quorum) {
    this.etcd = etcd;
    this.peers = etcd.peerLinks();
    this.disk = disk;
    this.quorum = quorum;
  }

  Fault draw(Kind kind, Random random) {
    List<Member> all = etcd.members();
    int first = random.nextInt(all.size());
    Member member = all.get(first);
    Member other = all.get((first + 1 + random.nextInt(all.size() - 1)) % all.size());
    List<Member> several = random.nextInt(3) == 0 ? all : List.of(member, other);
    Duration time = Fault.millis(random, 200, 5_000);
    Duration delay = Fault.millis(random, 5, 150);
    int times = 1 + random.nextInt(5);
    Supplier<List<Member>> leader = () -> List.of(etcd.leader());
    return switch (kind) {
      case KILL_LEADER -> fault(kind, "the leader", MemberFaults.kill(leader, time, () -> {}));
      case KILL_MEMBER ->
          fault(kind, member.name(), MemberFaults.kill(() -> List.of(member), time, () -> {}));
      case KILL_MAJORITY ->
          fault(
              kind,
              names(several),
              MemberFaults.kill(() -> several, time, () -> quorum.awaitReturn(kind.name())));
      case PAUSE_LEADER -> fault(kind, "the leader", MemberFaults.stop(leader, time));
      case PAUSE_MEMBER ->
          fault(kind, member.name(), MemberFaults.stop(() -> List.of(member), time));
      case PAUSE_MAJORITY ->
          fault(kind, names(several), awaitingQuorum(kind, MemberFaults.stop(() -> several, time)));
      case ISOLATE_LEADER ->
          fault(
              kind,
              "the leader",
              lasting -> LinkFaults.hold(peers.waysBetween(leader.get(), all), time).run(lasting));
      case PARTITION_TWO ->
          fault(
              kind,
              names(List.of(member, other)),
              LinkFaults.hold(peers.waysBetween(List.of(member), List.of(other)), time));
      case DEAFEN_MEMBER ->
          fault(kind, member.name(), LinkFaults.hold(peers.waysTo(member, all), time));
      case PARTITION_ALL ->
          fault(
              kind,
              names(all),
              awaitingQuorum(kind, LinkFaults.hold(peers.waysBetween(all, all), time)));
      case SLOW_PEERS ->
          fault(
              kind,
              names(all) + " by " + delay.toMillis() + " ms",
              LinkFaults.delay(peers.waysBetween(all, all), delay, time));
      case LOSSY_PEERS ->
          fault(
              kind,
              member.name(),
              LinkFaults.swallow(peers.waysBetween(List.of(member), all), time.dividedBy(2)));
      case CUT_PEERS ->
          fault(
              kind,
              names(all),
              LinkFaults.cut(peers.proxies(), times, Fault.millis(random, 1, 300)));
      case COMPACT -> fault(kind, "all history", lasting -> disk.compact());
      case DEFRAGMENT -> fault(kind, names(all), lasting -> disk.defragment());
      case FILL_DISK -> fault(kind, names(all), disk.fill(time.dividedBy(2)));
    };
  }

  private static Fault fault(Kind kind, String victim, Fault.Course course) {
    return new Fault(kind.name(), victim, course);
  }

  private Fault.Course awaitingQuorum(Kind kind, Fault.Course course) {
    return lasting -> {
      course.run(lasting);
      quorum.awaitReturn(kind.name());
    };
  }

  private static String names(List<Member> members) {
    return members.stream().map(Member::name).collect(Collectors.joining(", "));
  }
}
