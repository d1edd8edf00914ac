package io.petacore.it;

import io.petacore.contract.ResyncContract;
import io.petacore.contract.TimeTravelContract;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Nodes;
import org.junit.jupiter.api.AfterEach;

/** Nodes whose revisions are compacted by etcd. */
@WithEtcd(own = true)
class EtcdResyncTest implements ResyncContract, TimeTravelContract {

  private final Nodes nodes;

  EtcdResyncTest(EtcdCluster etcd) {
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @AfterEach
  void close() {
    nodes.close();
  }
}
