package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Whether a store that has compacted what the node missed is still on the history that the node has
 * applied.
 */
class CompactedHistoryTest extends NodeFixture {

  /** Restores the store to an earlier revision and compacts it. */
  private void assertAnotherHistory(long rewindTo, Operation[]... revisions) {
    node.store.watch().deliver();
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(100);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.store.rewind(rewindTo);
    for (Operation[] revision : revisions) {
      node.store.change(revision);
    }
    node.store.compact(node.store.newest());
    node.pause();
    node.pause();
    assertTrue(node.lastPublication().loaded());
    assertTrue(node.lastPublication().anotherHistory());
    assertTrue(waiter.isCompletedExceptionally());
  }

  private static Operation[] revision(Operation... changes) {
    return changes;
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAValue() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "old"));
    assertAnotherHistory(1, revision(put("a", "new")), revision(record(20_000), put("b", "new")));
    assertEquals(Map.of("a", "new", "b", "new"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderRecord() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    assertAnotherHistory(2, revision(put("b", "3")), revision(put("b", "4")));
    assertEquals(Map.of("a", "1", "b", "4"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnotherRecord() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"));
    assertAnotherHistory(1, revision(record(10_001), put("b", "1")), revision(put("b", "2")));
    assertEquals(Map.of("b", "2"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderFence() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("\0s/0", "session"));
    node.store.change(put("\0s/0", "session"));
    assertAnotherHistory(2, revision(record(20_000), put("a", "1")), revision(put("b", "1")));
    assertEquals(Map.of("a", "1", "b", "1"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderKey() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "1"));
    node.store.change(put("a", "2"));
    assertAnotherHistory(2, revision(put("b", "1")), revision(put("c", "1")));
    assertEquals(Map.of("a", "1", "b", "1", "c", "1"), node.contents());
  }

  @Test
  void aCompactedStoreThatContinuedIsOnTheSameHistory() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"), put("c", "1"));
    ScriptedWatch watch = node.follow();
    node.store.change(record(20_000), put("a", "2"), delete("b"));
    node.store.compact(3);
    watch.end(Kind.COMPACTED);
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(100);
    node.pause();
    assertEquals(Map.of("a", "2", "c", "1"), node.contents());
    assertTrue(node.lastPublication().loaded());
    assertFalse(node.lastPublication().anotherHistory());
    assertFalse(waiter.isDone());
  }

  /** Like etcd's restore tool: the revision is bumped above the lost ones and compacted. */
  @Test
  void aRestoredStoreWithBumpedRevisionsIsOnAnotherHistory() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(20_000), put("a", "lost"));
    node.store.watch().deliver();
    node.store.rewind(2);
    for (int i = 0; i < 9; i++) {
      node.store.change(record(30_000 + i), put("a", "new" + i));
    }
    node.store.compact(node.store.newest());
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "new8", "b", "1"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /**
   * The newest applied write is overwritten, so a restore is indistinguishable from many writes.
   */
  @Test
  void aCompactedStoreWithoutProofIsOnAnotherHistory() {
    node.store.change(record(10_000), put("a", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(20_000), put("a", "2"));
    node.store.compact(3);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "2"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /** The lost deletion was repeated after other changes, so the applied states never existed. */
  @Test
  void aRestoreThatLostADeletionIsDetected() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(delete("b"));
    node.store.watch().deliver();
    node.store.rewind(2);
    node.store.change(put("c", "1"));
    node.store.change(delete("b"));
    node.store.compact(node.store.newest());
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "1", "c", "1"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }
}
