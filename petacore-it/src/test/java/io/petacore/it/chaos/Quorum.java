package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.testing.Await;
import java.io.UncheckedIOException;

/** Notes when a cluster that had no majority serves again. */
final class Quorum {

  private final EtcdCluster etcd;
  private final Timeline timeline;

  Quorum(EtcdCluster etcd, Timeline timeline) {
    this.etcd = etcd;
    this.timeline = timeline;
  }

  /** The last obstacle has just been taken away. Returns when some member serves. */
  void returns(String kind) {
    long restored = timeline.now();
    Await.until("a member serves again", () -> etcd.members().stream().anyMatch(Quorum::serves));
    timeline.add(new Timeline.Return(kind, restored, timeline.now()));
  }

  private static boolean serves(Member member) {
    try {
      return member.client().isHealthy();
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }
}
