package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.KeyRange;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.RangeRequest;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes on a store that takes few operations a level, so that a few keys are many. */
abstract class LargeTransactionFixture extends PipelineFixture {
  private static final int KEYS = 40;

  final PipelineNode elsewhere = another();

  LargeTransactionFixture() {
    super(32);
  }

  @BeforeEach
  final void bothNodesHaveAppliedBothSessions() {
    node.deliver();
  }

  static PipelineNode.Draft large(PipelineNode.Draft draft, String value) {
    for (int i = 0; i < KEYS; i++) {
      draft.put("k" + i, value);
    }
    return draft;
  }

  void commitElsewhere(String key, String value) {
    commitElsewhere(elsewhere, key, value);
  }

  /** Whether the lock's key is present. */
  boolean isLockHeld() {
    RangeRequest lock = new RangeRequest(KeyRange.single(PipelineNode.EXCLUSIVE_LOCK), 0, 1);
    return !cluster.range(lock).join().entries().isEmpty();
  }

  void assertAll(String value) {
    for (int i = 0; i < KEYS; i++) {
      assertEquals(value, node.read("k" + i));
    }
  }

  @Override
  void assertWorks() {
    node.store.pass(What.values());
    node.recover();
    elsewhere.recover(); // its watch, which was silent meanwhile, may have been replaced
    assertFalse(isLockHeld(), "the lock is released");
    commitElsewhere("there", "of " + scheduler.nanoTime());
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("here", "v").commit();
    node.deliver();
    committed(done);
    assertEquals(PERMITS, node.pipeline.availablePermits());
    assertTrue(node.pipeline.isIdle());
  }
}
