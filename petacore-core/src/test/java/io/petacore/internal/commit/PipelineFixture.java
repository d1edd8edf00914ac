package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreLimits;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;

/** A node in virtual time on a scripted store, and what tests do with it. */
abstract class PipelineFixture {
  static final int PERMITS = 10_000;

  final ScriptedKvStore cluster = new ScriptedKvStore();
  final ManualScheduler scheduler = new ManualScheduler();
  final PipelineNode node;
  private final StoreLimits limits;

  PipelineFixture() {
    limits = cluster.limits();
    node = another();
  }

  /**
   * @param maxOperations the most operations that the store takes at one level of nesting
   */
  PipelineFixture(int maxOperations) {
    limits = new StoreLimits(maxOperations, 1 << 20);
    node = another();
  }

  @AfterEach
  final void noTaskHasFailed() {
    assertEquals(List.of(), scheduler.failures());
  }

  /** Opens a second node on the same cluster. */
  final PipelineNode another() {
    FaultyKvStore connection = new FaultyKvStore(cluster);
    connection.limit(limits.maxOperations(), limits.maxRequestBytes());
    return new PipelineNode(connection, scheduler, 4, PERMITS).open();
  }

  static Operation foreignPut(String key, String value) {
    return new Operation.Put(PipelineNode.NAMESPACE.toStore(Bytes.utf8(key)), Bytes.utf8(value));
  }

  static Operation foreignDelete(String key) {
    return new Operation.Delete(PipelineNode.NAMESPACE.toStore(Bytes.utf8(key)));
  }

  /** Commits a value on another node. */
  void commitElsewhere(PipelineNode elsewhere, String key, String value) {
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> done = elsewhere.begin().put(key, value).commit();
    elsewhere.deliver();
    committed(done);
  }

  /** Commits a value. */
  long commit(String key, String value) {
    CompletableFuture<CommitOutcome> done = node.begin().put(key, value).commit();
    node.deliver();
    return committed(done).revision();
  }

  /** Asserts that a new commit succeeds, and that nothing is left in the pipeline. */
  void assertWorks() {
    node.store.pass(What.values());
    node.store.reject(batch -> false);
    node.recover();
    long revision = commit("probe", "of " + scheduler.nanoTime());
    assertEquals(cluster.newest(), revision);
    assertEquals(PERMITS, node.pipeline.availablePermits(), "all permits are released");
    assertTrue(node.pipeline.isIdle(), "nothing is left in the pipeline");
  }

  int requestsThatWrite(String key) {
    int times = 0;
    for (Batch batch : node.store.batches()) {
      times += batch.operations().toString().contains(Bytes.utf8(key).toString()) ? 1 : 0;
    }
    return times;
  }
}
