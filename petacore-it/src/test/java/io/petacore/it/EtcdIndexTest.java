package io.petacore.it;

import io.petacore.contract.IndexContract;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Nodes;
import org.junit.jupiter.api.AfterEach;

/** Secondary indexes on etcd. */
@WithEtcd(own = true)
class EtcdIndexTest implements IndexContract {

  private final Nodes nodes;

  EtcdIndexTest(EtcdCluster etcd) {
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
