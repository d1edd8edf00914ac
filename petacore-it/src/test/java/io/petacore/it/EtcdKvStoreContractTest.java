package io.petacore.it;

import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.store.KvStoreContractTest;

/** The contract of stores, on etcd. */
@WithEtcd(own = true)
class EtcdKvStoreContractTest extends KvStoreContractTest {

  private final EtcdCluster etcd;

  EtcdKvStoreContractTest(EtcdCluster etcd) {
    this.etcd = etcd;
  }

  @Override
  protected KvStore open() {
    return EtcdKvStore.connect(etcd.endpoints());
  }

  @Override
  protected void compact(long revision) {
    etcd.client().compact(revision);
  }

  @Override
  protected boolean isForeign(Thread thread) {
    return super.isForeign(thread) || thread.getName().startsWith("HttpClient");
  }
}
