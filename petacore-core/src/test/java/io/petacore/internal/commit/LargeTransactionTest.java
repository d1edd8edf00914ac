package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large transactions, with one guard on the commit record, and the exclusive commit lock. */
class LargeTransactionTest {
  private static final int KEYS = 40;

  private final ScriptedKvStore cluster = new ScriptedKvStore();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final PipelineNode node = open();
  private final PipelineNode elsewhere = open();

  @BeforeEach
  void bothNodesHaveAppliedBothSessions() {
    node.deliver();
  }

  @AfterEach
  void noTaskHasFailed() {
    assertEquals(List.of(), scheduler.failures());
  }

  private PipelineNode open() {
    FaultyKvStore connection = new FaultyKvStore(cluster);
    connection.limit(32, 1 << 20);
    return new PipelineNode(connection, scheduler, 4, 100).open();
  }

  private static PipelineNode.Draft large(PipelineNode.Draft draft, String value) {
    for (int i = 0; i < KEYS; i++) {
      draft.put("k" + i, value);
    }
    return draft;
  }

  private void commitElsewhere(String key, String value) {
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> done = elsewhere.begin().put(key, value).commit();
    elsewhere.deliver();
    committed(done);
  }

  /** Whether the lock's key is present. */
  private boolean isLockHeld() {
    RangeRequest lock = new RangeRequest(KeyRange.single(PipelineNode.EXCLUSIVE_LOCK), 0, 1);
    return !cluster.range(lock).join().entries().isEmpty();
  }

  private void assertAll(String value) {
    for (int i = 0; i < KEYS; i++) {
      assertEquals(value, node.read("k" + i));
    }
  }

  private void assertWorks() {
    node.store.pass(What.values());
    node.recover();
    elsewhere.recover(); // its watch, which was silent meanwhile, may have been replaced
    assertFalse(isLockHeld(), "the lock is released");
    commitElsewhere("there", "of " + scheduler.nanoTime());
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("here", "v").commit();
    node.deliver();
    committed(done);
    assertEquals(100, node.pipeline.availablePermits());
    assertTrue(node.pipeline.isIdle());
  }

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
  void aLargeTransactionIsCommittedInOneRevision() {
    CompletableFuture<CommitOutcome> done = large(node.begin(), "1").commit();
    assertEquals(1, node.store.batches().size());
    node.deliver();
    committed(done);
    assertAll("1");
    assertEquals(0, node.counters().exclusiveLocks());
    assertWorks();
  }

  @Test
  void aConflictThatIsAppliedWhileItWaitsIsFound() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> first = node.begin().put("first", "v").commit();
    CompletableFuture<CommitOutcome> done = large(node.begin(), "mine").commit();
    commitElsewhere("k7", "theirs");
    node.deliver();
    node.store.next(What.BATCH).answer();
    node.store.pass(What.BATCH);
    node.deliver();
    committed(first);
    assertConflict("k7", done);
    assertEquals("theirs", node.read("k7"));
    assertWorks();
  }

  @Test
  void aLargeTransactionIsSentAlone() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> before = node.begin().put("before", "v").commit();
    CompletableFuture<CommitOutcome> done = large(node.begin(), "1").commit();
    CompletableFuture<CommitOutcome> after = node.begin().put("after", "v").commit();
    assertEquals(
        1, node.store.countHeld(), "what is in flight is awaited, and nothing younger is sent");
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(before);
    assertEquals(1, node.store.countHeld(), "nothing is sent beside it");
    node.store.pass(What.BATCH);
    node.store.next(What.BATCH).answer();
    node.deliver();
    node.deliver();
    committed(done);
    committed(after);
    assertWorks();
  }

  @Test
  void aCommitInBetweenHasItSentAgain() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = large(node.begin(), "1").commit();
    commitElsewhere("other", "v");
    node.store.next(What.BATCH).answer();
    assertFalse(done.isDone());
    node.store.pass(What.BATCH);
    node.deliver();
    node.deliver();
    committed(done);
    assertAll("1");
    assertWorks();
  }

  @Test
  void itIsSentAgainAtOnceIfTheOtherCommitIsAppliedAlready() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = large(node.begin(), "1").commit();
    commitElsewhere("other", "v");
    node.deliver();
    node.store.next(What.BATCH).answer();
    assertEquals(1, node.store.countHeld(), "nothing is awaited, and no time is lost");
    node.store.pass(What.BATCH);
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(done);
    assertWorks();
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

  @Test
  void aLoadResolvesALargeTransaction() {
    commitElsewhere("witness", "1");
    node.deliver();
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = large(node.begin(), "1").commit();
    node.store.next(What.BATCH).reach().lose();
    cluster.compact(cluster.newest());
    node.store.watch().end(Kind.COMPACTED);
    node.pause();
    committed(done);
    commitElsewhere("witness", "2");
    node.deliver();
    CompletableFuture<CommitOutcome> skipped = large(node.begin(), "2").commit();
    node.store.next(What.BATCH).reach().lose();
    commitElsewhere("other", "v");
    cluster.compact(cluster.newest());
    node.store.watch().end(Kind.COMPACTED);
    node.recover();
    failure(CommitOutcomeUnknownException.class, skipped);
    assertWorks();
  }
}
