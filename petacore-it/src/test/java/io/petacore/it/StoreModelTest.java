package io.petacore.it;

import io.petacore.etcd.EtcdKvStore;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.store.KvStore;
import io.petacore.testing.Seeds;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs random programs on etcd and on the model of etcd that the simulation and the embedded store
 * share, and compares the results. {@code -Dpetacore.model.programs=N} sets the number of programs,
 * {@code -Dpetacore.seed=N} repeats one.
 */
@WithEtcd(own = true)
class StoreModelTest {
  private static final int PROGRAMS = Integer.getInteger("petacore.model.programs", 25);

  private final EtcdCluster etcd;

  StoreModelTest(EtcdCluster etcd) {
    this.etcd = etcd;
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.DAYS) // depends on the number of programs
  void etcdAndTheModelReturnTheSameResults() {
    try (KvStore store = EtcdKvStore.connect(etcd.endpoints())) {
      Seeds.fresh(PROGRAMS).forEach(seed -> run(seed, store));
    }
  }

  private void run(long seed, KvStore store) {
    StoreProgram program = new StoreProgram(seed, store, etcd.client()::compact);
    try {
      program.run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError(e.getMessage() + Seeds.replay(seed) + "\n" + program.trace(), e);
    }
  }
}
