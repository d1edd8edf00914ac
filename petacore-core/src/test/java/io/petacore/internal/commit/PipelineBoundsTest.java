package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.commit.batch.CommitRequest;
import io.petacore.internal.commit.batch.Contention;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The bounds of a commit: its deadline, the permits, and the end. */
class PipelineBoundsTest extends PipelineFixture {

  // ---- deadlines

  /** The body took longer than its timeout: the outcome of a request could only be unknown. */
  @Test
  void aCommitThatComesAfterItsDeadlineIsNotSent() {
    CompletableFuture<CommitOutcome> done = node.begin(Duration.ZERO).put("a", "1").commit();
    failure(StoreUnavailableException.class, done);
    node.recover();
    assertEquals(0, requestsThatWrite("n/a"));
    assertWorks();
    assertNull(node.read("a"));
  }

  @Test
  void aCommitThatWasNeverSentFailsAtItsDeadlineAsNotApplied() {
    node.store.fail(What.GRANT, Kind.UNAVAILABLE);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    StoreUnavailableException late = failure(StoreUnavailableException.class, done);
    assertTrue(
        String.valueOf(late.getMessage()).contains("nothing was applied"), late.getMessage());
    assertWorks();
    assertNull(node.read("a"));
  }

  @Test
  void aCommitThatCouldNotBeResolvedIsUnknownAtItsDeadline() {
    node.store.hold(What.values());
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent sent = node.store.next(What.BATCH);
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    failure(CommitOutcomeUnknownException.class, done);
    assertEquals(1, node.counters().unknownOutcomes());
    sent.answer();
    node.deliver();
    assertEquals("1", node.read("a"), "it was applied, in the end");
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
    assertEquals(0, node.counters().resolvedApplied(), "counted once");
  }

  /**
   * On a slow link an advance of the fence would overtake a large request, which would then be
   * refused, however often it is sent.
   */
  @Test
  void aLargeRequestIsAwaitedForLonger() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done =
        node.begin(Duration.ofSeconds(30)).put("a", "v".repeat(500_000)).commit();
    Sent request = node.store.next(What.BATCH);
    scheduler.advance(Duration.ofSeconds(4));
    assertEquals(0, node.store.countHeld(), "the fence is not advanced");
    request.answer();
    node.deliver();
    committed(done);
  }

  @Test
  void aDeadlineShorterThanAnAnswerIsKept() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin(Duration.ofMillis(1)).put("a", "1").commit();
    scheduler.advance(Duration.ofMillis(20));
    failure(CommitOutcomeUnknownException.class, done);
    CompletableFuture<CommitOutcome> past = node.begin(Duration.ZERO).put("b", "1").commit();
    scheduler.advance(Duration.ofMillis(20));
    assertTrue(past.isDone());
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    assertNull(node.read("a"), "its fence was advanced meanwhile");
    assertWorks();
  }

  @Test
  void aConfirmedCommitCompletesAtItsDeadlineThoughTheWatchIsLate() {
    Duration timeout = Duration.ofSeconds(4); // before everything is loaded instead
    CompletableFuture<CommitOutcome> done = node.begin(timeout).put("a", "1").commit();
    long confirmed = cluster.newest();
    assertEquals(0, node.pipeline.confirmedRevision(), "not reported yet");
    // Every watch that is opened stays silent: nothing is delivered.
    scheduler.advance(timeout.plusMillis(50));
    CommitOutcome.Committed outcome = committed(done);
    assertEquals(confirmed, outcome.revision());
    assertEquals(0, outcome.timestamp());
    assertEquals(confirmed, node.pipeline.confirmedRevision(), "later snapshots wait for it");
    assertWorks();
    assertEquals("1", node.read("a"));
  }

  @Test
  void aWatchThatDoesNotDeliverAConfirmedRevisionIsReplaced() {
    node.begin().put("a", "1").launch();
    long before = node.synchronizer.counters().watchesOpened();
    scheduler.advance(Duration.ofSeconds(5));
    assertTrue(node.synchronizer.counters().watchesOpened() > before);
    assertWorks();
  }

  @Test
  void aWatchThatDoesNotDeliverTheFencingPointIsReplaced() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    long before = node.synchronizer.counters().watchesOpened();
    scheduler.advance(Duration.ofSeconds(5));
    assertTrue(node.synchronizer.counters().watchesOpened() > before);
    node.pause(); // the last watch has been opened
    node.store.pass(What.BATCH);
    node.deliver();
    node.deliver();
    committed(done);
    assertWorks();
  }

  @Test
  void aMemberThatLostToAnotherIsAConflictAtItsDeadlineThoughTheWatchIsLate() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "theirs");
    Duration beforeTheWatchIsReplaced = Duration.ofMillis(500);
    CompletableFuture<CommitOutcome> mine =
        node.begin(beforeTheWatchIsReplaced).put("a", "mine").commit();
    scheduler.advance(beforeTheWatchIsReplaced.plusMillis(50));
    assertConflict("a", mine);
    assertWorks();
    assertEquals("theirs", node.read("a"));
  }

  /** Run again after a conflict, it is not sent before its deadline. */
  @Test
  void aLaterAttemptThatIsNotSentInTimeIsAConflictOnTheKeyOfTheEarlierOne() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    Contention contention = new Contention();
    contention.lost(Bytes.utf8("lost"));
    Deadline soon = Deadline.in(Duration.ofMillis(50), scheduler::nanoTime);
    List<Write> writes = List.of(new Write(Bytes.utf8("mine"), Bytes.utf8("v")));
    CompletableFuture<CommitOutcome> again =
        node.pipeline.commit(
            new CommitRequest(
                writes, node.cache.applied().timestamp(), soon, false, false, null, contention, 1));
    CompletableFuture<CommitOutcome> first =
        node.begin(Duration.ofMillis(50)).put("other", "v").commit();
    scheduler.advance(Duration.ofMillis(100));
    assertConflict("lost", again);
    String message = String.valueOf(failure(StoreUnavailableException.class, first).getMessage());
    assertTrue(message.contains("was not sent before its deadline"), message);
  }

  @Test
  void aClosedStoreFailsAllCommitsAtOnceAndForGood() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> sent = node.begin().put("a", "1").commit();
    node.pipeline.storeFailed(new StoreException(Kind.CLOSED, "by the test", null));
    failure(CommitOutcomeUnknownException.class, sent);
    failure(StorageClosedException.class, node.begin().put("b", "1").commit());
    assertEquals(10_000, node.pipeline.availablePermits());
  }

  @Test
  void aFailFastCommitDoesNotWaitUntilTheStoreIsFollowed() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    Deadline late = Deadline.in(PipelineNode.TIMEOUT, scheduler::nanoTime);
    List<Write> writes = List.of(new Write(Bytes.utf8("mine"), Bytes.utf8("v")));
    CommitRequest request =
        new CommitRequest(
            writes, node.cache.applied().timestamp(), late, true, false, null, new Contention(), 1);
    CompletableFuture<CommitOutcome> pending = node.pipeline.commit(request);
    assertFalse(pending.isDone());
    node.store.hold(What.RANGE);
    node.store.watch().end(Kind.UNAVAILABLE);
    failure(StoreUnavailableException.class, pending);
    failure(StoreUnavailableException.class, node.pipeline.commit(request));
    assertEquals(10_000 - 4, node.pipeline.availablePermits());
  }

  // ---- back-pressure

  @Test
  void aFullPipelineBlocksUpToTheDeadline() {
    PipelineNode small = new PipelineNode(cluster, scheduler, 1, 2).open();
    small.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> one = small.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> two = small.begin().put("b", "1").commit();
    CompletableFuture<CommitOutcome> three =
        small.begin(Duration.ofMillis(5)).put("c", "1").commit();
    failure(StoreUnavailableException.class, three);
    assertEquals(0, small.pipeline.availablePermits());
    small.store.pass(What.BATCH);
    small.store.next(What.BATCH).answer();
    small.deliver();
    small.deliver();
    committed(one);
    committed(two);
    assertEquals(2, small.pipeline.availablePermits());
    assertNull(small.read("c"));
  }

  @Test
  void anInterruptEndsTheWaitForAPermit() {
    PipelineNode small = new PipelineNode(cluster, scheduler, 1, 1).open();
    small.store.hold(What.BATCH);
    small.begin().put("a", "1").launch();
    Thread.currentThread().interrupt();
    CompletableFuture<CommitOutcome> done = small.begin().put("b", "1").commit();
    assertTrue(Thread.interrupted(), "kept for the caller");
    StoreUnavailableException refused = failure(StoreUnavailableException.class, done);
    assertTrue(String.valueOf(refused.getMessage()).contains("interrupted"), refused.getMessage());
    assertEquals(0, small.pipeline.availablePermits());
  }

  @Test
  void thousandsOfConflictsAtOnceDoNotHoldUpOtherCommits() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    List<CompletableFuture<CommitOutcome>> losers = new ArrayList<>();
    for (int i = 0; i < 9_000; i++) {
      losers.add(node.begin().put("hot", "v").commit());
    }
    CompletableFuture<CommitOutcome> last = node.begin().put("cold", "v").commit();
    commitElsewhere(elsewhere, "hot", "theirs");
    node.store.pass(What.BATCH);
    node.deliver();
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    node.deliver();
    losers.forEach(one -> assertConflict("hot", one));
    committed(last);
  }

  // ---- the end

  @Test
  void closingFailsPendingCommitsAndResolvesThoseInFlight() {
    PipelineNode small = new PipelineNode(cluster, scheduler, 2, 10).open();
    small.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> applied = small.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> lost = small.begin().put("b", "1").commit();
    CompletableFuture<CommitOutcome> pending = small.begin().put("c", "1").commit();
    small.store.next(What.BATCH).reach();
    CompletableFuture<Void> closed = small.pipeline.close(Duration.ofSeconds(5));
    failure(StorageClosedException.class, pending);
    assertFalse(closed.isDone());
    small.deliver();
    committed(applied);
    failure(StorageClosedException.class, lost);
    assertTrue(closed.isDone());
    assertEquals(10, small.pipeline.availablePermits());
    failure(StorageClosedException.class, small.begin().put("d", "1").commit());
    assertEquals(10, small.pipeline.availablePermits());
  }

  @Test
  void closingCompletesEveryCommitWithinItsBoundThoughTheStoreIsGone() {
    node.store.hold(What.values());
    CompletableFuture<CommitOutcome> sent = node.begin().put("a", "1").commit();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    scheduler.advance(Duration.ofSeconds(4));
    assertFalse(closed.isDone());
    scheduler.advance(Duration.ofSeconds(1));
    failure(CommitOutcomeUnknownException.class, sent);
    assertTrue(closed.isDone());
    assertTrue(node.pipeline.close(Duration.ofSeconds(5)).isDone(), "idempotent");
  }

  @Test
  void closingCompletesAfterEveryOutcomeWasReported() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> sent = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    CompletableFuture<Boolean> reported = closed.thenApply(done -> sent.isDone());
    node.deliver();
    assertTrue(reported.join());
  }

  @Test
  void closingWhileASessionIsBeingOpenedEndsThatSession() {
    node.store.hold(What.FENCE);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    failure(StorageClosedException.class, done);
    assertTrue(closed.isDone());
    node.store.next(What.FENCE).answer();
    assertEquals(1, node.store.count(What.REVOKE));
  }

  @Test
  void closingWhileAFenceIsAdvancedIsResolvedByTheEndOfTheSession() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    node.deliver();
    failure(StorageClosedException.class, done);
    assertTrue(closed.isDone());
  }

  // ---- a silent watch

  /** It sends nothing, so no answer of the store shows a later revision. */
  @Test
  void aNodeThatOnlyReadsNoticesThatItsWatchHasFallenSilent() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "1");
    ScriptedWatch silent = node.store.watch();
    scheduler.advance(Duration.ofSeconds(6));
    assertNotSame(silent, node.store.watch(), "another watch was opened");
    node.recover();
    assertEquals("1", node.read("a"));
    assertWorks();
  }

  @Test
  void anIdleWatchIsLeftAlone() {
    ScriptedWatch watch = node.store.watch();
    scheduler.advance(Duration.ofMinutes(5));
    assertSame(watch, node.store.watch());
  }
}
