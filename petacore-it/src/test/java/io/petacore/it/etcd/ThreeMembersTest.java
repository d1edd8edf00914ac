package io.petacore.it.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.petacore.testing.Await;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A cluster of three members tolerates the failure of one. */
@WithEtcd(members = 3, own = true)
class ThreeMembersTest {

  private final EtcdCluster etcd;

  ThreeMembersTest(EtcdCluster etcd) {
    this.etcd = etcd;
  }

  @Test
  void aMajorityServesAndTheThirdCatchesUp() {
    String namespace = etcd.freshNamespace();
    Member first = etcd.members().get(0);
    Member second = etcd.members().get(1);
    Member third = etcd.members().get(2);
    assertNotEquals(first.endpoint(), second.endpoint());

    first.client().put(namespace + "a", "1");
    assertEquals(Optional.of("1"), third.client().get(namespace + "a"));

    first.kill();
    Await.until(
        "two members serve",
        () -> {
          second.client().put(namespace + "a", "2");
          return true;
        });
    assertEquals(
        Optional.of("2"),
        etcd.client().get(namespace + "a"),
        "the client does not skip the killed member");
    first.start();
    assertEquals(Optional.of("2"), first.client().get(namespace + "a"));
  }
}
