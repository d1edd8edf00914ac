package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.LockClaim;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The exclusive commit lock: who waits for it, and what releases it. */
class ExclusiveCommitLockTest extends LargeTransactionFixture {

  /**
   * Has a large transaction refused three times because of others, after which the lock is
   * requested.
   */
  private CompletableFuture<CommitOutcome> requireTheLock(PipelineNode.Draft draft) {
    node.store.hold(What.BATCH, What.EXCLUSIVE_LOCK);
    CompletableFuture<CommitOutcome> done = draft.commit();
    for (int i = 0; i < 3; i++) {
      commitElsewhere("other", "v" + i);
      node.store.next(What.BATCH).answer();
      assertEquals(0, node.store.countHeld(), "not before the other commit is applied here");
      node.deliver();
    }
    assertEquals(List.of(What.EXCLUSIVE_LOCK), node.store.held());
    assertFalse(done.isDone());
    return done;
  }

  @Test
  void theLockIsAcquiredAndReleasedWithTheCommit() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    assertTrue(isLockHeld());
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> other = elsewhere.begin().put("other", "late").commit();
    elsewhere.deliver();
    assertFalse(other.isDone(), "it waits for the release");

    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    node.deliver();
    assertFalse(isLockHeld());
    node.deliver();
    committed(done);
    assertAll("1");
    elsewhere.deliver();
    elsewhere.deliver();
    committed(other);
    assertEquals(1, node.counters().exclusiveLocks());
    assertEquals(1, node.store.count(What.EXCLUSIVE_LOCK), "released with the commit");
    assertWorks();
  }

  @Test
  void aRequestIsRefusedAndWaitsWhileAnotherNodeHoldsTheLock() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    elsewhere.store.hold(What.BATCH);
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> other = elsewhere.begin().put("other", "late").commit();
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    long newest = cluster.newest();
    elsewhere.store.next(What.BATCH).answer();
    assertEquals(newest, cluster.newest(), "refused while the lock is held");
    assertEquals(0, elsewhere.store.countHeld());
    elsewhere.deliver();
    assertEquals(0, elsewhere.store.countHeld());
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    node.deliver();
    node.deliver();
    committed(done);
    elsewhere.store.pass(What.BATCH);
    elsewhere.deliver();
    elsewhere.deliver();
    committed(other);
    assertWorks();
  }

  @Test
  void theLockIsReleasedAfterTheDeadline() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.store.fail(What.BATCH, Kind.UNAVAILABLE);
    node.store.pass(What.EXCLUSIVE_LOCK);
    node.deliver();
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    failure(StoreUnavailableException.class, done);
    assertWorks();
    assertNull(node.read("k0"));
  }

  @Test
  void theLockIsReleasedAfterAConflict() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "mine"));
    commitElsewhere("k7", "theirs");
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    node.deliver();
    assertConflict("k7", done);
    node.deliver();
    assertFalse(isLockHeld());
    assertWorks();
  }

  @Test
  void theAnswerOfTheAcquisitionMayBeLost() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).reach().lose();
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    node.recover();
    committed(done);
    assertAll("1");
    assertWorks();
  }

  @Test
  void aLockThatIsAcquiredLateIsReleased() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    Sent delayed = node.store.next(What.EXCLUSIVE_LOCK).lose();
    node.store.fail(What.EXCLUSIVE_LOCK, Kind.UNAVAILABLE);
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    failure(StoreUnavailableException.class, done);
    delayed.reach();
    assertTrue(isLockHeld());
    node.store.pass(What.EXCLUSIVE_LOCK);
    node.deliver();
    assertWorks();
  }

  @Test
  void theReleaseIsRepeatedUntilItSucceeds() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "mine"));
    commitElsewhere("k7", "theirs");
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.store.fail(What.EXCLUSIVE_LOCK, Kind.UNAVAILABLE);
    node.store.pass(What.BATCH);
    node.deliver();
    assertConflict("k7", done);
    assertTrue(isLockHeld());
    node.pause();
    node.store.pass(What.EXCLUSIVE_LOCK);
    node.store.hold(What.EXCLUSIVE_LOCK);
    node.pause();
    node.store.next(What.EXCLUSIVE_LOCK).reach().lose();
    node.store.pass(What.EXCLUSIVE_LOCK);
    assertWorks();
  }

  @Test
  void aSessionThatIsLostLosesTheLock() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    cluster.endLease(1);
    assertFalse(isLockHeld());
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.deliver();
    }
    committed(done);
    assertAll("1");
    assertWorks();
  }

  @Test
  void aRequestThatIsLostUnderTheLockIsResolvedAndSentAgain() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.deliver();
    Sent delayed = node.store.next(What.BATCH).lose();
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    for (int i = 0; i < 3; i++) {
      node.deliver();
    }
    committed(done);
    assertAll("1");
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void oneAcquisitionServesOneTransaction() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.pass(What.BATCH);
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.deliver();
    node.deliver();
    committed(done);
    assertFalse(isLockHeld());
    node.store.pass(What.EXCLUSIVE_LOCK);
    CompletableFuture<CommitOutcome> next = large(node.begin(), "2").commit();
    node.deliver();
    committed(next);
    assertEquals(1, node.store.count(What.EXCLUSIVE_LOCK), "the next one did not need it");
    assertWorks();
  }

  @Test
  void anAnswerFromALostHistoryHoldsNothingUp() {
    for (int i = 0; i < 20; i++) {
      commitElsewhere("filling", "v" + i);
    }
    node.deliver();
    long backup = cluster.newest() - 18;
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    Sent acquisition = node.store.next(What.EXCLUSIVE_LOCK).reach();
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    cluster.rewind(backup);
    cluster.change(
        new Operation.Put(PipelineNode.NAMESPACE.toStore(Bytes.utf8("restored")), Bytes.EMPTY));
    node.store.watch().end(Kind.UNAVAILABLE);
    elsewhere.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
    elsewhere.recover();
    acquisition.answer();
    scheduler.runDue();
    assertTrue(done.isDone());
    assertWorks();
  }

  @Test
  void closingEndsTheLockWithTheSession() {
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.deliver();
    node.store.next(What.BATCH);
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(1));
    scheduler.advance(Duration.ofSeconds(1));
    assertTrue(closed.isDone());
    assertTrue(done.isCompletedExceptionally());
    assertFalse(isLockHeld());
  }

  /** The session is alive, whatever the watch has lost of it: it must not wait for its own lock. */
  @Test
  void theOwnLockIsNoOrphanThoughTheWatchHasLostTheFence() {
    cluster.endLease(1);
    node.deliver(); // another session is opened
    node.store.watch().skipTo(cluster.newest() + 1);
    CompletableFuture<CommitOutcome> done = requireTheLock(large(node.begin(), "1"));
    node.store.next(What.EXCLUSIVE_LOCK).answer();
    node.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    node.recover();
    committed(done);
    assertFalse(isLockHeld());
    assertWorks();
  }

  /**
   * Its holder is alive, and is not known here: what is known here is not the store's state, and is
   * loaded again.
   */
  @Test
  void aLockWhoseHolderTheWatchHasLostIsNoOrphan() {
    elsewhere.store.hold(What.BATCH, What.EXCLUSIVE_LOCK);
    cluster.endLease(2);
    elsewhere.deliver();
    node.store.watch().skipTo(cluster.newest() + 1);
    CompletableFuture<CommitOutcome> done = large(elsewhere.begin(), "1").commit();
    for (int i = 0; i < 3; i++) {
      CompletableFuture<CommitOutcome> before = node.begin().put("other", "v" + i).commit();
      node.deliver();
      committed(before);
      elsewhere.store.next(What.BATCH).answer();
      elsewhere.deliver();
    }
    elsewhere.store.next(What.EXCLUSIVE_LOCK).answer();
    assertTrue(isLockHeld());
    node.deliver();
    CompletableFuture<CommitOutcome> other = node.begin().put("other", "late").commit();
    node.recover();
    assertEquals(1, node.synchronizer.counters().resyncs());
    failure(TransactionTooOldException.class, other); // of a state that never was
    assertTrue(isLockHeld());
    elsewhere.store.pass(What.EXCLUSIVE_LOCK, What.BATCH);
    elsewhere.recover();
    committed(done);
    assertFalse(isLockHeld());
    node.recover();
    assertWorks();
  }

  /** A claim holds all others back, and the next one lets them go first. */
  @Test
  void betweenTwoClaimsOthersCommit() {
    LockClaim first = node.pipeline.lockClaims().claim();
    LockClaim second = node.pipeline.lockClaims().claim();
    node.deliver();
    assertTrue(first.acquired().isDone());
    assertTrue(isLockHeld());
    CompletableFuture<CommitOutcome> own = node.begin().put("own", "1").commit();
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> other = elsewhere.begin().put("other", "1").commit();
    scheduler.advance(Duration.ofMillis(100));
    node.deliver();
    elsewhere.deliver();
    assertFalse(own.isDone());
    assertFalse(other.isDone());
    assertFalse(second.acquired().isDone());

    node.pipeline.lockClaims().end(first);
    node.deliver();
    assertFalse(isLockHeld());
    node.deliver();
    committed(own);
    elsewhere.deliver();
    elsewhere.deliver();
    committed(other);
    assertFalse(second.acquired().isDone(), "others have as long as it had");
    scheduler.advance(Duration.ofMillis(100));
    node.deliver();
    assertTrue(second.acquired().isDone());
    node.pipeline.lockClaims().end(second);
    node.deliver();
    assertWorks();
  }

  /** The others' time begins with the end of the claim, not when the next one comes. */
  @Test
  void aClaimLongAfterAnotherIsServedAtOnce() {
    LockClaim first = node.pipeline.lockClaims().claim();
    node.deliver();
    scheduler.advance(Duration.ofMillis(100));
    node.pipeline.lockClaims().end(first);
    node.deliver();
    assertFalse(isLockHeld());
    scheduler.advance(Duration.ofSeconds(5));
    LockClaim later = node.pipeline.lockClaims().claim();
    node.deliver();
    assertTrue(later.acquired().isDone());
    node.pipeline.lockClaims().end(later);
    node.deliver();
    assertWorks();
  }

  /** A run that takes too long loses the lock, and a storage that is closed ends all claims. */
  @Test
  void aClaimEndsByItself() {
    LockClaim slow = node.pipeline.lockClaims().claim();
    node.deliver();
    assertTrue(slow.acquired().isDone());
    LockClaim waiting = node.pipeline.lockClaims().claim();
    scheduler.advance(Duration.ofSeconds(1));
    node.deliver();
    assertFalse(isLockHeld());
    node.pipeline.storeFailed(new StoreException(Kind.CLOSED, "by the test", null));
    assertTrue(waiting.acquired().isDone());
    assertTrue(node.pipeline.lockClaims().claim().acquired().isDone());
  }
}
