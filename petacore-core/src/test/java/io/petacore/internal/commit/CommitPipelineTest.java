package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.time.ManualScheduler;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fate of commits, one step at a time. */
class CommitPipelineTest {
  private final ScriptedKvStore cluster = new ScriptedKvStore();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final PipelineNode node = new PipelineNode(cluster, scheduler, 4, 10_000).open();

  @AfterEach
  void nothingWasThrownAway() {
    assertEquals(List.of(), scheduler.failures());
  }

  /** A second node on the same cluster, which follows by itself only when told to. */
  private PipelineNode another() {
    return new PipelineNode(cluster, scheduler, 4, 10_000).open();
  }

  private static Operation foreignPut(String key, String value) {
    return new Operation.Put(PipelineNode.NAMESPACE.toStore(Bytes.utf8(key)), Bytes.utf8(value));
  }

  private static Operation foreignDelete(String key) {
    return new Operation.Delete(PipelineNode.NAMESPACE.toStore(Bytes.utf8(key)));
  }

  /** Commits a value from elsewhere, for good. */
  private void commitElsewhere(PipelineNode elsewhere, String key, String value) {
    elsewhere.deliver();
    CompletableFuture<CommitOutcome> done = elsewhere.begin().put(key, value).commit();
    elsewhere.deliver();
    committed(done);
  }

  /** Commits a value for good. */
  private long commit(String key, String value) {
    CompletableFuture<CommitOutcome> done = node.begin().put(key, value).commit();
    node.deliver();
    return committed(done).revision();
  }

  /** The node works: a new commit goes through, and nothing is left over. */
  private void assertWorks() {
    node.store.pass(What.values());
    node.store.reject(batch -> false);
    node.goOn();
    long revision = commit("probe", "of " + scheduler.nanoTime());
    assertEquals(cluster.newest(), revision);
    assertEquals(10_000, node.pipeline.freePlaces(), "places are given back");
    assertTrue(node.pipeline.isIdle(), "nothing is left over");
  }

  private int timesWritten(String key) {
    int times = 0;
    for (Batch batch : node.store.batches()) {
      times += batch.operations().toString().contains(Bytes.utf8(key).toString()) ? 1 : 0;
    }
    return times;
  }

  // ---- the ordinary way

  @Test
  void aCommitLeavesAtOnceAndIsToldWhenItsRevisionIsApplied() {
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    assertEquals(1, node.store.batches().size());
    assertFalse(done.isDone());
    assertNull(node.read("a"));

    node.deliver();
    CommitOutcome.Committed committed = committed(done);
    assertEquals(cluster.newest(), committed.revision());
    assertEquals(node.cache.applied().version(), committed.version());
    assertEquals("1", node.read("a"));
  }

  @Test
  void theWatchMayBeFasterThanTheAnswer() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent sent = node.store.next(What.BATCH).reach();
    node.deliver();
    assertTrue(committed(done).version() > 0);
    sent.answer();
    assertWorks();
    assertEquals("1", node.read("a"));
  }

  @Test
  void whatArrivesWhileAllPlacesAreTakenLeavesTogether() {
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(node.begin().put("k" + i, "v").commit());
    }
    assertEquals(4, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertEquals(4, node.store.countHeld(), "sixteen have left in one");
    node.store.pass(What.BATCH);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    all.forEach(PipelineNode::committed);
    assertEquals(5, node.counters().batches());
    assertEquals(20, node.counters().batchedTransactions());
    assertEquals(20, node.counters().commits());
  }

  @Test
  void whoTouchesAKeyInFlightWaitsAndIsJudgedHere() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> first = node.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> second = node.begin().put("a", "2").commit();
    assertEquals(1, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(first);
    assertConflict("a", second);
    assertEquals(1, node.counters().batches(), "it never travelled");
    assertEquals(1, node.counters().localConflicts());
  }

  @Test
  void aConflictThatShowsBeforeItCanLeaveNeverTravels() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    CompletableFuture<CommitOutcome> late = node.begin().put("a", "1").commit();
    assertFalse(late.isDone(), "all places are taken");
    commitElsewhere(elsewhere, "a", "2");
    node.deliver();
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertConflict("a", late);
    assertEquals(4, node.counters().batches());
  }

  @Test
  void aConflictWithAnotherNodeIsToldWhenItShowsHere() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "theirs");
    CompletableFuture<CommitOutcome> mine = node.begin().put("a", "mine").commit();
    CompletableFuture<CommitOutcome> other = node.begin().put("b", "mine").commit();
    assertFalse(mine.isDone());
    node.deliver();
    assertConflict("a", mine);
    committed(other);
    assertEquals("theirs", node.read("a"));
    assertEquals(1, node.counters().storeConflicts());
  }

  @Test
  void aRefusalByADeleteFenceAloneIsNoConflict() {
    PipelineNode elsewhere = another();
    // More keys than there are buckets, so that every bucket's fence is written.
    PipelineNode.Draft creation = elsewhere.begin();
    for (int i = 0; i < 20; i++) {
      creation.put("x" + i, "v");
    }
    CompletableFuture<CommitOutcome> created = creation.commit();
    elsewhere.deliver();
    committed(created);
    node.deliver();
    PipelineNode.Draft deletion = elsewhere.begin();
    for (int i = 0; i < 20; i++) {
      deletion.delete("x" + i);
    }
    CompletableFuture<CommitOutcome> deleted = deletion.commit();
    elsewhere.deliver();
    committed(deleted);

    CompletableFuture<CommitOutcome> mine = node.begin().put("new", "1").commit();
    assertEquals(1, node.counters().batches());
    node.deliver();
    assertEquals(2, node.counters().batches(), "it was sent again by itself");
    node.deliver();
    committed(mine);
    assertEquals("1", node.read("new"));
    assertEquals(0, node.counters().storeConflicts());
    assertEquals(1, node.counters().resent());
  }

  @Test
  void aDeletionOfAnAbsentKeyIsNotSent() {
    CompletableFuture<CommitOutcome> done = node.begin().delete("never").commit();
    committed(done);
    assertEquals(0, node.counters().batches());
    assertWorks();
  }

  @Test
  void unguardedWritesOfOneKeyBecomeOneTheLast() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    CompletableFuture<CommitOutcome> one = node.unguarded().put("a", "1").put("b", "1").commit();
    CompletableFuture<CommitOutcome> two = node.unguarded().delete("a").commit();
    CompletableFuture<CommitOutcome> three = node.unguarded().put("a", "3").commit();
    node.store.pass(What.BATCH);
    node.store.next(What.BATCH).answer();
    node.deliver();
    node.deliver();
    assertEquals(committed(one).revision(), committed(three).revision());
    committed(two);
    assertEquals("3", node.read("a"));
    assertEquals("1", node.read("b"));
  }

  // ---- answers that are lost

  @Test
  void aRequestThatWasAppliedIsCommittedThoughItsAnswerIsLost() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach().lose();
    node.deliver();
    committed(done);
    assertEquals(1, node.counters().settledApplied());
    assertWorks();
    assertEquals(1, timesWritten("n/a"));
  }

  @Test
  void aRequestThatWasNotAppliedIsSentAgainBehindTheBorderAndNeverAppliedLater() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH).lose();
    assertEquals(2, node.store.count(What.FENCE), "opened and raised");
    assertEquals(0, node.store.countHeld(), "not before the watch has come to the border");
    node.deliver();
    assertEquals(1, node.counters().settledNotApplied());
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(done);

    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertWorks();
  }

  @Test
  void anAnswerThatDoesNotComeIsTakenForLost() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    node.store.pass(What.BATCH);
    scheduler.advance(Duration.ofSeconds(3));
    assertEquals(2, node.store.count(What.FENCE), "opened and raised");
    node.deliver();
    node.deliver();
    committed(done);
    long newest = cluster.newest();
    delayed.answer();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void aDelayedRequestIsRefusedOnceTheSessionIsLost() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    cluster.endLease(1);
    node.deliver();
    assertEquals(1, node.counters().sessionsLost());
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(done);

    long newest = cluster.newest();
    delayed.answer();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertEquals("1", node.read("a"));
    assertWorks();
  }

  @Test
  void aDelayedRequestIsRefusedOnceTheStorageWasOpenedAnew() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(1));
    node.deliver();
    assertTrue(closed.isDone());
    failure(StorageClosedException.class, done);
    PipelineNode anew = another();
    long newest = cluster.newest();
    delayed.answer();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertNull(anew.read("a"));
  }

  @Test
  void aRaiseMayBeLostAndRepeated() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH).lose();
    Sent first = node.store.next(What.FENCE).lose();
    node.pause();
    Sent second = node.store.next(What.FENCE);
    first.reach();
    second.answer();
    node.store.pass(What.BATCH, What.FENCE);
    node.deliver();
    node.deliver();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
    assertEquals(2, timesWritten("n/a"));
  }

  @Test
  void theAnswerOfARaiseMayComeBehindTheWatch() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    Sent raise = node.store.next(What.FENCE).reach();
    node.store.pass(What.BATCH, What.FENCE);
    node.deliver();
    node.deliver();
    committed(done);
    raise.answer();
    assertWorks();
  }

  @Test
  void whereAFenceCantBeRaisedTheSessionIsEnded() {
    node.store.hold(What.BATCH);
    node.store.fail(What.FENCE, Kind.OUTCOME_UNKNOWN); // the space alarm
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH).lose();
    node.pause();
    assertEquals(1, node.store.count(What.REVOKE));
    assertEquals(1, node.counters().sessionsLost());
    node.deliver();
    assertFalse(done.isDone(), "settled, and waiting for space");
    assertEquals(1, node.counters().settledNotApplied());

    node.store.pass(What.FENCE, What.BATCH);
    node.goOn();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void whatIsUnavailableIsSentAgainAfterAPause() {
    node.store.fail(What.BATCH, Kind.UNAVAILABLE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    assertEquals(1, node.store.batches().size(), "not at once");
    node.store.pass(What.BATCH);
    node.goOn();
    committed(done);
    assertEquals(1, node.store.count(What.FENCE), "nothing was in doubt");
    assertWorks();
  }

  @Test
  void onlyTheCulpritIsRefused() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    List<CompletableFuture<CommitOutcome>> good = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      good.add(node.begin().put("good" + i, "v").commit());
    }
    CompletableFuture<CommitOutcome> bad = node.begin().put("culprit", "v").commit();
    for (int i = 6; i < 12; i++) {
      good.add(node.begin().put("good" + i, "v").commit());
    }
    node.store.pass(What.BATCH);
    // Not a word of hexadecimal digits: those may stand in the commit record.
    node.store.reject(batch -> batch.operations().toString().contains("culprit"));
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    for (int i = 0; i < 20; i++) {
      node.deliver();
    }
    good.forEach(PipelineNode::committed);
    PetaCoreException refused = failure(PetaCoreException.class, bad);
    assertTrue(String.valueOf(refused.getMessage()).contains("culprit"), refused.getMessage());
    assertWorks();
  }

  @Test
  void thousandsOfRefusalsInARowNeedNoStack() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    List<CompletableFuture<CommitOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      all.add(node.begin().put("bad" + i, "v").commit());
    }
    node.store.pass(What.BATCH);
    node.store.reject(batch -> batch.operations().toString().contains("bad"));
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    all.forEach(one -> failure(PetaCoreException.class, one));
    assertWorks();
  }

  // ---- sessions

  @Test
  void aSessionLostWhileIdleIsReplaced() {
    cluster.endLease(1);
    node.deliver();
    assertEquals(1, node.counters().sessionsLost());
    commit("a", "1");
    assertWorks();
  }

  @Test
  void aSessionWhoseEndTheWatchHasNotShownIsReplaced() {
    cluster.endLease(1);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.deliver();
    node.deliver();
    committed(done);
    assertEquals(1, node.counters().sessionsLost());
    assertWorks();
  }

  @Test
  void aSessionThatEndedBeforeItBeganHereLeavesNothingInFlight() {
    node.store.hold(What.FENCE, What.BATCH);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent opening = node.store.next(What.FENCE).reach();
    cluster.endLease(2);
    node.deliver(); // the watch has shown its beginning and its end
    opening.answer();
    node.store.pass(What.FENCE);
    Sent delayed = node.store.next(What.BATCH).lose();
    node.store.pass(What.BATCH); // the raise has found that the fence is gone
    node.goOn();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void aStoreThatFailsAtOnceIsNotAskedWithoutPause() {
    node.store.fail(What.GRANT, Kind.UNAVAILABLE);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.begin().put("b", "1").launch();
    int before = node.store.count(What.GRANT);
    assertTrue(before <= 2, "asked " + before + " times at once");
    scheduler.advance(Duration.ofSeconds(5));
    int asked = node.store.count(What.GRANT);
    assertTrue(asked < 200, "asked " + asked + " times");
    assertTrue(asked > 5, "asked " + asked + " times");
    node.store.pass(What.GRANT);
    node.goOn();
    committed(done);
    assertWorks();
  }

  // ---- a store that breaks its contract

  @Test
  void aStoreThatThrowsLeavesNothingHanging() {
    for (What what : List.of(What.BATCH, What.FENCE, What.GRANT, What.REVOKE, What.RENEW)) {
      node.store.breakDown(what);
      if (what != What.BATCH) {
        cluster.endLease(node.store.count(What.GRANT));
      }
      CompletableFuture<CommitOutcome> done =
          node.begin(Duration.ofSeconds(4)).put("a" + what, "1").commit();
      node.goOn();
      assertTrue(done.isDone(), "no outcome with " + what);
      assertWorks();
    }
  }

  @Test
  void oneOutcomeThatCantBeToldDoesNotHideOthers() {
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    CompletableFuture<CommitOutcome> one = node.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> two = node.begin().put("b", "1").commit();
    node.store.next(What.BATCH).answer();
    node.store.breakDown(What.BATCH); // the request of the two
    node.deliver();
    node.store.pass(What.BATCH);
    node.goOn();
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.goOn();
    committed(one);
    committed(two);
    assertWorks();
  }

  // ---- deadlines

  @Test
  void whatWasNeverSentIsToldSoAtItsDeadline() {
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
  void whatCouldNotBeSettledIsUnknownAtItsDeadline() {
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
    assertEquals(0, node.counters().settledApplied(), "counted once");
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
    assertNull(node.read("a"), "its fence was raised meanwhile");
    assertWorks();
  }

  @Test
  void whatWasConfirmedIsToldAtItsDeadlineThoughTheWatchIsLate() {
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    long confirmed = cluster.newest();
    assertEquals(0, node.pipeline.confirmedRevision(), "nobody was told yet");
    // Every watch that is opened stays silent: nothing is delivered.
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    CommitOutcome.Committed told = committed(done);
    assertEquals(confirmed, told.revision());
    assertEquals(0, told.version());
    assertEquals(confirmed, node.pipeline.confirmedRevision(), "others wait for it");
    assertWorks();
    assertEquals("1", node.read("a"));
  }

  @Test
  void aWatchThatDoesNotBringWhatWasConfirmedIsReplaced() {
    node.begin().put("a", "1").launch();
    long before = node.synchronizer.counters().watchesOpened();
    scheduler.advance(Duration.ofSeconds(5));
    assertTrue(node.synchronizer.counters().watchesOpened() > before);
    assertWorks();
  }

  @Test
  void aWatchThatDoesNotBringTheBorderIsReplaced() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    long before = node.synchronizer.counters().watchesOpened();
    scheduler.advance(Duration.ofSeconds(5));
    assertTrue(node.synchronizer.counters().watchesOpened() > before);
    node.store.pass(What.BATCH);
    node.deliver();
    node.deliver();
    committed(done);
    assertWorks();
  }

  @Test
  void aMemberThatWasRefusedIsToldSoAtItsDeadlineThoughTheWatchIsLate() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "theirs");
    CompletableFuture<CommitOutcome> mine = node.begin().put("a", "mine").commit();
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    failure(StoreUnavailableException.class, mine);
    assertWorks();
    assertEquals("theirs", node.read("a"));
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
    assertEquals(0, small.pipeline.freePlaces());
    small.store.pass(What.BATCH);
    small.store.next(What.BATCH).answer();
    small.deliver();
    small.deliver();
    committed(one);
    committed(two);
    assertEquals(2, small.pipeline.freePlaces());
    assertNull(small.read("c"));
  }

  @Test
  void anInterruptEndsTheWaitingForAPlace() {
    PipelineNode small = new PipelineNode(cluster, scheduler, 1, 1).open();
    small.store.hold(What.BATCH);
    small.begin().put("a", "1").launch();
    Thread.currentThread().interrupt();
    CompletableFuture<CommitOutcome> done = small.begin().put("b", "1").commit();
    assertTrue(Thread.interrupted(), "kept for the caller");
    StoreUnavailableException refused = failure(StoreUnavailableException.class, done);
    assertTrue(String.valueOf(refused.getMessage()).contains("interrupted"), refused.getMessage());
    assertEquals(0, small.pipeline.freePlaces());
  }

  @Test
  void thousandsWhoAreJudgedAtOnceDoNotHoldUpOthers() {
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
  void closingTellsWhatWasNotSentAndSettlesWhatWas() {
    PipelineNode small = new PipelineNode(cluster, scheduler, 2, 10).open();
    small.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> applied = small.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> lost = small.begin().put("b", "1").commit();
    CompletableFuture<CommitOutcome> waiting = small.begin().put("c", "1").commit();
    small.store.next(What.BATCH).reach();
    CompletableFuture<Void> closed = small.pipeline.close(Duration.ofSeconds(5));
    failure(StorageClosedException.class, waiting);
    assertFalse(closed.isDone());
    small.deliver();
    committed(applied);
    failure(StorageClosedException.class, lost);
    assertTrue(closed.isDone());
    assertEquals(10, small.pipeline.freePlaces());
    failure(StorageClosedException.class, small.begin().put("d", "1").commit());
    assertEquals(10, small.pipeline.freePlaces());
  }

  @Test
  void closingTellsEverybodyWithinItsBoundThoughTheStoreIsGone() {
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
  void closingIsDoneWhenEveryOutcomeHasBeenTold() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> sent = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    CompletableFuture<Boolean> told = closed.thenApply(done -> sent.isDone());
    node.deliver();
    assertTrue(told.join());
  }

  @Test
  void closingWhileASessionIsOpenedEndsThatToo() {
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
  void closingWhileAFenceIsRaisedIsSettledByTheEndOfTheSession() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    node.deliver();
    failure(StorageClosedException.class, done);
    assertTrue(closed.isDone());
  }

  // ---- a load in between

  /** The history that the watch wants is gone, so everything is loaded again. */
  private void resync() {
    cluster.compact(cluster.newest());
    node.store.watch().end(Kind.COMPACTED);
    node.pause();
  }

  @Test
  void aLoadShowsItsOwnLastBatch() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach().lose();
    resync();
    committed(done);
    assertWorks();
    assertEquals(1, timesWritten("n/a"));
  }

  @Test
  void aLoadInWhichAForeignWriteHidesTheOwnOneProvesNothing() {
    commit("a", "0");
    for (Operation foreign : List.of(foreignPut("a", "theirs"), foreignDelete("a"))) {
      node.store.hold(What.BATCH);
      CompletableFuture<CommitOutcome> done = node.begin().put("a", "mine").commit();
      node.store.next(What.BATCH).reach().lose();
      cluster.change(foreign);
      resync();
      failure(CommitOutcomeUnknownException.class, done);
      assertWorks();
      commit("a", "again");
    }
  }

  @Test
  void aLoadShowsWhoOfTheLastBatchWasRefused() {
    PipelineNode elsewhere = another();
    commit("x", "0");
    commit("y", "0");
    node.deliver();
    commitElsewhere(elsewhere, "x", "theirs");
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> fill = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      fill.add(node.begin().put("k" + i, "v").commit());
    }
    CompletableFuture<CommitOutcome> refused = node.begin().put("x", "mine").commit();
    CompletableFuture<CommitOutcome> applied = node.begin().delete("y").commit();
    CompletableFuture<CommitOutcome> also = node.begin().put("z", "mine").commit();
    for (int i = 0; i < 4; i++) {
      node.store.next(What.BATCH).answer();
    }
    // The watch shows the four, but not what "elsewhere" did.
    assertFalse(refused.isDone());
    resync();
    fill.forEach(PipelineNode::committed);
    assertConflict("x", refused);
    node.store.next(What.BATCH).reach().lose();
    resync();
    committed(also);
    failure(CommitOutcomeUnknownException.class, applied);
    assertWorks();
  }

  @Test
  void whatALoadMayHaveSkippedIsUnknownAtTheBorder() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach().lose();
    commitElsewhere(elsewhere, "b", "theirs");
    resync();
    node.deliver();
    failure(CommitOutcomeUnknownException.class, done);
    assertWorks();
  }

  @Test
  void aLoadBetweenTwoCommitsSkipsNothing() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    cluster.change(foreignPut("b", "theirs"));
    resync();
    node.store.pass(What.BATCH);
    node.deliver();
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    committed(done);
    assertEquals(0, node.counters().unknownOutcomes());
    assertWorks();
  }

  @Test
  void aKeyThatCameAndWentWithinALoadIsAConflict() {
    PipelineNode elsewhere = another();
    node.deliver();
    PipelineNode.Draft creation = node.begin().put("a", "mine");
    commitElsewhere(elsewhere, "a", "theirs");
    CompletableFuture<CommitOutcome> gone = elsewhere.begin().delete("a").commit();
    elsewhere.deliver();
    committed(gone);
    resync();
    assertConflict("a", creation.commit());
    CompletableFuture<CommitOutcome> anew = node.begin().put("a", "mine").commit();
    node.deliver();
    committed(anew);
    assertWorks();
  }

  @Test
  void whatWasConfirmedStaysSoWhenALoadJumpsOverIt() {
    PipelineNode elsewhere = another();
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    commitElsewhere(elsewhere, "b", "theirs");
    resync();
    committed(done);
    assertWorks();
  }

  @Test
  void aConfirmationMayComeBehindALoad() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent sent = node.store.next(What.BATCH).reach();
    commitElsewhere(elsewhere, "b", "theirs");
    resync();
    assertFalse(done.isDone());
    sent.answer();
    committed(done);
    assertWorks();
  }

  @Test
  void aSessionOpenedBehindALoadIsNotLostByIt() {
    // The load's state is read before the session is opened, and taken in after it.
    node.store.hold(What.RANGE, What.FENCE);
    cluster.endLease(1);
    node.deliver();
    cluster.compact(cluster.newest());
    node.store.watch().end(Kind.COMPACTED);
    node.pause();
    Sent load = node.store.next(What.RANGE).reach();
    node.store.pass(What.RANGE, What.FENCE);
    node.store.next(What.FENCE).answer();
    assertEquals(1, node.counters().sessionsLost());
    load.answer();
    scheduler.runDue();
    assertEquals(1, node.counters().sessionsLost(), "that of before");
    assertWorks();
    assertEquals(2, node.store.count(What.FENCE));
  }

  // ---- another history

  /** The cluster is restored from a backup made at a revision, and goes on from there. */
  private void restore(long revision) {
    cluster.rewind(revision);
    cluster.change(foreignPut("restored", "yes"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.goOn();
  }

  @Test
  void nothingOfALostWorldIsCommitted() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    commit("kept", "1");
    PipelineNode.Draft present = node.begin().put("kept", "2");
    PipelineNode.Draft absent = node.begin().put("never", "2");
    restore(backup);
    assertEquals("0", node.read("kept"));
    assertNull(node.read("lost"));
    assertConflict("kept", present.commit());
    failure(TransactionTooOldException.class, absent.commit());
    assertWorks();
  }

  @Test
  void whatIsPendingFailsWhenTheHistoryIsAnother() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> sent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sent.add(node.begin().put("k" + i, "v").commit());
    }
    CompletableFuture<CommitOutcome> waiting = node.begin().put("never", "2").commit();
    CompletableFuture<CommitOutcome> unguarded = node.unguarded().put("never2", "2").commit();
    restore(backup);
    sent.forEach(one -> failure(CommitOutcomeUnknownException.class, one));
    failure(StoreUnavailableException.class, waiting);
    failure(StoreUnavailableException.class, unguarded);
    node.store.pass(What.BATCH);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
    assertNull(node.read("never"));
    assertNull(node.read("k0"), "requests of the lost world are refused");
  }

  @Test
  void aRestorationToJustBeforeAConfirmedCommitLeavesNothingInFlight() {
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    restore(cluster.newest() - 1);
    assertFalse(done.isDone() && !done.isCompletedExceptionally());
    cluster.change(foreignPut("more", "data"));
    node.deliver();
    failure(CommitOutcomeUnknownException.class, done);
    assertWorks();
    commit("a", "2");
  }

  @Test
  void nothingIsSentWhileTheHistoryIsNotKnown() {
    commit("kept", "0");
    node.store.watch().end(Kind.UNAVAILABLE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    assertEquals(1, node.counters().batches());
    node.goOn();
    committed(done);
    assertWorks();
  }
}
