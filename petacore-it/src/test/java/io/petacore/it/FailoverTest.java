package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.DistributedStorage;
import io.petacore.error.PetaCoreException;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.Member;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes on three members continue without any one of them. */
@WithEtcd(members = 3, own = true)
class FailoverTest {

  private final EtcdCluster etcd;
  private final Nodes nodes;

  FailoverTest(EtcdCluster etcd) {
    this.etcd = etcd;
    nodes = new Nodes(new EtcdBackend(etcd));
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  /**
   * Kills each member once, including the leader; each time both nodes commit and apply again, and
   * acknowledged commits are preserved.
   */
  @Test
  void anyOneMemberMayBeKilled() {
    DistributedStorage a = nodes.open();
    DistributedStorage b = nodes.open();
    for (Member member : etcd.members()) {
      String value = "without " + member.name();
      a.runTransaction(tx -> tx.write("confirmed", value));
      member.kill();
      commitEventually(a, "a", value);
      commitEventually(b, "b", value);
      Await.until("a applies the commit of b", () -> value.equals(a.read("b")));
      Await.until("b applies the commit of a", () -> value.equals(b.read("a")));
      assertEquals(value, b.read("confirmed"));
      member.start();
    }
  }

  private static void commitEventually(DistributedStorage node, String key, String value) {
    Await.until(
        "a commit succeeds without the member",
        () -> {
          try {
            node.runTransaction(
                TransactionOptions.defaults().timeout(Duration.ofSeconds(3)),
                tx -> tx.write(key, value));
            return true;
          } catch (PetaCoreException e) {
            // Idempotent, so it is retried whatever the outcome.
            return false;
          }
        });
  }
}
