package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.fault.Lasting;
import io.petacore.it.fault.LinkFaults;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A partition of one member from the others for half of a period, while clients still reach it.
 * Without other faults in the period, the commit rates of its two halves can be compared.
 */
enum LastingPartition {
  FOLLOWER,
  LEADER,
  MEMBER;

  /** Excluded from each half: warm-up of clients, or election of a leader. */
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  /** Parses a kind. */
  static LastingPartition of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** Whether a period has a lasting partition: every third one, with alternating kinds. */
  static boolean isDue(int period) {
    return period % 3 == 2;
  }

  /** The kind of a period. */
  static LastingPartition dueIn(int period) {
    return values()[period / 3 % values().length];
  }

  /** Waits for half of the time and then partitions a member for the other half. */
  void run(EtcdCluster etcd, Timeline timeline, Random random, Duration time, Lasting lasting) {
    Duration half = time.dividedBy(2);
    lasting.last(WARM_UP);
    long quiet = timeline.now();
    lasting.last(half.minus(WARM_UP));
    Member victim = victim(etcd, random);
    long begin = timeline.now();
    LinkFaults.hold(etcd.peerLinks().waysBetween(List.of(victim), etcd.members()), half)
        .run(lasting);
    long end = timeline.now();
    timeline.add(new Timeline.Span("cluster", "LASTING_" + name(), victim.name(), begin, end));
    timeline.add(new Timeline.Share(this, quiet, begin, end));
  }

  private Member victim(EtcdCluster etcd, Random random) {
    return switch (this) {
      case MEMBER -> etcd.members().get(random.nextInt(etcd.members().size()));
      case LEADER -> etcd.leader();
      case FOLLOWER -> etcd.follower();
    };
  }
}
