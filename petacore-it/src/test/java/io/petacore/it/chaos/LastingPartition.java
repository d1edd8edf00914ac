package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Lasting;
import io.petacore.it.fault.LinkFaults;
import io.petacore.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * One member is cut off from the others for half of a period, and from nobody else: clients still
 * reach it. Nothing else goes wrong in such a period, so the commits of its two halves can be
 * compared.
 */
enum LastingPartition {
  FOLLOWER,
  LEADER,
  MEMBER;

  /** Of each half, before clients are warm or a new leader is elected. */
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  /** The kind that a word stands for. */
  static LastingPartition of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** Each third period has one, each kind by turns. */
  static boolean isDue(int period) {
    return period % 3 == 2;
  }

  /** The kind that is due in a period. */
  static LastingPartition dueIn(int period) {
    return values()[period / 3 % values().length];
  }

  /** Lets half of a time go by, then has the partition last for the other half. */
  void strike(EtcdCluster etcd, Timeline timeline, Random random, Duration time, Lasting lasting) {
    Duration half = time.dividedBy(2);
    lasting.last(WARM_UP);
    long quiet = timeline.now();
    lasting.last(half.minus(WARM_UP));
    Member victim = victim(etcd.members(), random);
    long begin = timeline.now();
    LinkFaults.hold(etcd.peerLinks().waysBetween(List.of(victim), etcd.members()), half)
        .run(lasting);
    long end = timeline.now();
    timeline.add(new Timeline.Span("cluster", "LASTING_" + name(), victim.name(), begin, end));
    timeline.add(new Timeline.Share(this, quiet, begin, end));
  }

  private Member victim(List<Member> members, Random random) {
    return switch (this) {
      case MEMBER -> members.get(random.nextInt(members.size()));
      case LEADER -> one(members, true);
      case FOLLOWER -> one(members, false);
    };
  }

  private static Member one(List<Member> members, boolean leader) {
    return Await.value(
        leader ? "a leader" : "a follower",
        () ->
            members.stream()
                .filter(member -> member.client().isLeader() == leader)
                .findFirst()
                .orElse(null));
  }
}
