package io.petacore.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.it.etcd.EtcdCluster;
import io.petacore.it.etcd.WithEtcd;
import io.petacore.testkit.TestCluster;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The faults of the test kit between nodes and etcd are the same as on its embedded store. */
@WithEtcd
class TestKitOnEtcdTest {
  private final TestCluster cluster;
  private final DistributedStorage first;
  private final DistributedStorage second;

  TestKitOnEtcdTest(EtcdCluster etcd) {
    cluster = TestCluster.builder().nodes(2).etcd(List.of(etcd.endpoints())).open();
    first = cluster.node(0);
    second = cluster.node(1);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void aNodeThatIsCutOffReadsThePast() {
    cluster.cut(second);
    first.runTransaction(tx -> tx.write("a", "1"));
    assertNull(second.read("a"));
    cluster.heal();
    cluster.awaitQuiet();
    assertEquals("1", second.read("a"));
  }

  @Test
  void conflictsAndLostAnswersLeaveOneCommit() {
    AtomicInteger runs = new AtomicInteger();
    cluster.conflictNext("counter");
    cluster.loseNextAnswer();
    first.runTransaction(
        tx -> {
          runs.incrementAndGet();
          tx.add(Bytes.utf8("counter"), 1);
        });
    assertEquals(2, runs.get());
    assertEquals(1, first.add(Bytes.utf8("counter"), 0));
  }

  @Test
  void aCommitDuringWhichTheNodeIsCutOffIsResolvedAfterwards() {
    TransactionOptions brief = TransactionOptions.defaults().timeout(Duration.ofMillis(200));
    cluster.cutDuringNextCommit(first);
    CommitOutcomeUnknownException unknown =
        assertThrows(
            CommitOutcomeUnknownException.class,
            () -> first.runTransaction(brief, tx -> tx.write("a", "1")));
    cluster.heal();
    assertEquals(ResolvedOutcome.Status.COMMITTED, unknown.outcome().join().status());
    cluster.awaitQuiet();
    assertEquals("1", second.read("a"));
  }
}
