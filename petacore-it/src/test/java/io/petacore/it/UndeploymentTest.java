package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After the close no thread of the application references the library. */
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
          undeployment.isCollected(Await.PATIENCE, List.of(etcd.endpoints()[0], certificate)),
          "undeployment " + time + " was not collected");
    }
  }
}
