package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * No thread of the application keeps anything of the library once it is closed, however it has been
 * used.
 */
@WithEtcd(tls = true)
class UndeploymentTest {

  private final EtcdCluster etcd;
  private final Undeployment undeployment;

  UndeploymentTest(EtcdCluster etcd) throws Exception {
    this.etcd = etcd;
    this.undeployment = new Undeployment(System.getProperty("java.class.path"));
  }

  @AfterEach
  void close() {
    undeployment.close();
  }

  @Test
  void theClassLoaderOfAnApplicationIsCollected() throws Exception {
    String certificate = Objects.requireNonNull(etcd.tls()).certificate().toString();
    for (int time = 1; time <= 2; time++) {
      assertTrue(
          undeployment.leavesNothing(Await.PATIENCE, List.of(etcd.endpoints()[0], certificate)),
          "undeployment " + time + " left its classes behind");
    }
  }
}
