package io.petacore.it.chaos;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.testing.Await;

/** Records when a cluster without a majority serves again. */
final class Quorum {

  private final EtcdCluster etcd;
  private final Timeline timeline;

  Quorum(EtcdCluster etcd, Timeline timeline) {
    this.etcd = etcd;
    this.timeline = timeline;
  }

  /** Waits until a member serves; to be called when the fault has just ended. */
  void awaitReturn(String kind) {
    long restored = timeline.now();
    Await.until("a member serves again", () -> etcd.members().stream().anyMatch(Member::isServing));
    timeline.add(new Timeline.Return(kind, restored, timeline.now()));
  }
}
