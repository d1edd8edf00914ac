package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The exclusive commit lock with a holder that can't release it. */
class OrphanedLockTest extends PipelineFixture {

  private boolean isPresent(String key) {
    Bytes stored = PipelineNode.NAMESPACE.toStore(Bytes.utf8(key));
    return !cluster
        .range(new RangeRequest(KeyRange.single(stored), 0, 1))
        .join()
        .entries()
        .isEmpty();
  }

  private static Operation leased(String key, String value, long lease) {
    return new Operation.Put(
        PipelineNode.NAMESPACE.toStore(Bytes.utf8(key)), Bytes.utf8(value), lease);
  }

  private void assertRemovedFor(CompletableFuture<CommitOutcome> done) {
    node.recover();
    committed(done);
    assertFalse(isPresent("\0x"));
    assertWorks();
  }

  @Test
  void aLockWithoutALeaseIsRemoved() {
    cluster.change(foreignPut("\0x", "00000000000000010000000000000002"));
    node.deliver();
    assertRemovedFor(node.begin().put("a", "1").commit());
  }

  @Test
  void aLockFoundByTheLoadIsRemovedWithTheFenceCopiedBesideIt() {
    cluster.change(
        foreignPut("\0x", "00000000000000010000000000000002"),
        foreignPut("\0s/00000000000000010000000000000002", "copied"));
    PipelineNode late = another();
    CompletableFuture<CommitOutcome> done = late.begin().put("a", "1").commit();
    late.recover();
    committed(done);
    assertFalse(isPresent("\0x"));
    assertFalse(isPresent("\0s/00000000000000010000000000000002"));
  }

  @Test
  void aLockThatHoldsNoSessionIsRemoved() {
    cluster.change(foreignPut("\0x", "garbage/\0"));
    node.deliver();
    assertRemovedFor(node.begin().put("a", "1").commit());
  }

  @Test
  void aLockOfALiveSessionIsLeftAlone() {
    long lease = cluster.grantLease(Duration.ofHours(1)).join();
    cluster.change(leased("\0s/live", "alive", lease), leased("\0x", "live", lease));
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    scheduler.advance(Duration.ofSeconds(5));
    node.deliver();
    assertFalse(done.isDone());
    assertTrue(isPresent("\0x"));
    cluster.change(foreignDelete("\0s/live"));
    node.deliver(); // its session has ended
    assertRemovedFor(done);
  }

  /** A node that does not follow the store can't be trusted to release the lock. */
  @Test
  void aHolderThatDoesNotFollowStopsRenewing() {
    CompletableFuture<CommitOutcome> done = acquireTheLock();
    node.store.watch().end(Kind.UNAVAILABLE);
    node.store.hold(What.RANGE); // and no other watch can be opened
    scheduler.advance(PipelineNode.TIME_TO_LIVE.multipliedBy(2));
    int renewals = node.store.count(What.RENEW);
    scheduler.advance(PipelineNode.TIME_TO_LIVE.multipliedBy(3));
    assertEquals(renewals, node.store.count(What.RENEW));
    cluster.endLease(1);
    node.store.pass(What.values());
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.recover();
    assertTrue(done.isDone());
    assertFalse(isPresent("\0x"));
    assertWorks();
  }

  /** No other node waits for a node that does not hold the lock. */
  @Test
  void aNodeWithoutTheLockThatDoesNotFollowKeepsRenewing() {
    node.store.watch().end(Kind.UNAVAILABLE);
    node.store.hold(What.RANGE);
    scheduler.advance(PipelineNode.TIME_TO_LIVE.multipliedBy(2));
    int renewals = node.store.count(What.RENEW);
    scheduler.advance(PipelineNode.TIME_TO_LIVE.multipliedBy(3));
    assertTrue(node.store.count(What.RENEW) >= renewals + 8);
    node.store.pass(What.RANGE);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
  }

  private CompletableFuture<CommitOutcome> acquireTheLock() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH, What.EXCLUSIVE_LOCK);
    PipelineNode.Draft draft = node.begin();
    for (int i = 0; i < 200; i++) {
      draft.put("k" + i, "v");
    }
    CompletableFuture<CommitOutcome> done = draft.commit();
    for (int i = 0; i < 3; i++) {
      commitElsewhere(elsewhere, "other", "v" + i);
      node.store.next(What.BATCH).answer();
      node.deliver();
    }
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    assertTrue(isPresent("\0x"));
    return done;
  }
}
