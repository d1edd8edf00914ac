package io.petacore.it;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;

/** Random transactions with a low limit on operations, so that nearly every request is nested. */
@WithEtcd(flags = "--max-txn-ops=16")
class RandomTransactionsOfFewOperationsTest extends RandomTransactionsTest {

  RandomTransactionsOfFewOperationsTest(EtcdCluster etcd) {
    super(etcd);
  }

  @Override
  int maxTxnOps() {
    return 16;
  }
}
