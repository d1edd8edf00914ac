package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Answers that are lost, and sessions that end: nothing is lost, or applied twice. */
class InDoubtResolverTest extends PipelineFixture {

  // ---- answers that are lost

  @Test
  void aRequestThatWasAppliedIsCommittedThoughItsAnswerIsLost() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach().lose();
    node.deliver();
    committed(done);
    assertEquals(1, node.counters().resolvedApplied());
    assertWorks();
    assertEquals(1, requestsThatWrite("n/a"));
  }

  @Test
  void aRequestThatWasNotAppliedIsSentAgainAfterTheFencingPointAndNeverAppliedLater() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH).lose();
    assertEquals(2, node.store.count(What.FENCE), "opened and advanced");
    assertEquals(0, node.store.countHeld(), "not before the fencing point is applied");
    node.deliver();
    assertEquals(1, node.counters().resolvedNotApplied());
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(done);

    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertWorks();
  }

  @Test
  void anAnswerThatDoesNotComeCountsAsLost() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    node.store.pass(What.BATCH);
    scheduler.advance(Duration.ofSeconds(3));
    assertEquals(2, node.store.count(What.FENCE), "opened and advanced");
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
  void aDelayedRequestIsRefusedOnceTheStorageWasOpenedAgain() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(1));
    node.deliver();
    assertTrue(closed.isDone());
    failure(StorageClosedException.class, done);
    PipelineNode again = another();
    long newest = cluster.newest();
    delayed.answer();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertNull(again.read("a"));
  }

  @Test
  void anAdvanceMayBeLostAndRepeated() {
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
    assertEquals(2, requestsThatWrite("n/a"));
  }

  @Test
  void theAnswerOfAnAdvanceMayComeAfterTheWatch() {
    node.store.hold(What.BATCH, What.FENCE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).lose();
    Sent advance = node.store.next(What.FENCE).reach();
    node.store.pass(What.BATCH, What.FENCE);
    node.deliver();
    node.deliver();
    committed(done);
    advance.answer();
    assertWorks();
  }

  /** Nothing that is applied here is lost, but the fence has an earlier mod revision. */
  @Test
  void aStoreThatWasSetBackToBeforeAnAdvanceIsAnotherHistory() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> lost = node.begin().put("a", "2").commit();
    node.store.next(What.BATCH).lose();
    node.deliver();
    node.store.next(What.BATCH).fail(Kind.UNAVAILABLE);
    cluster.rewind(cluster.newest() - 1);
    cluster.change(foreignPut("foreign", "in the place of the advance"));
    node.store.pass(What.BATCH);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
    failure(TransactionTooOldException.class, lost);
    assertEquals("in the place of the advance", node.read("foreign"));
    assertEquals("1", node.read("a"));
    assertEquals(1, node.counters().sessionsLost());
    assertWorks();
  }

  /** Nothing that is applied here is lost: only the answer to the advance shows it. */
  @Test
  void aStoreThatWasSetBackToBeforeAnAnsweredAdvanceEndsTheSession() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "2").commit();
    node.store.next(What.BATCH).lose();
    assertEquals(2, node.store.count(What.FENCE), "opened and advanced");
    cluster.rewind(cluster.newest() - 1);
    cluster.change(foreignPut("foreign", "in the place of the advance"));
    node.store.pass(What.BATCH);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
    committed(done);
    assertEquals(1, node.store.count(What.REVOKE));
    assertEquals(1, node.counters().sessionsLost());
    assertEquals("in the place of the advance", node.read("foreign"));
    assertWorks();
  }

  /** A renewal is answered from what one member knows; the fence shows for certain. */
  @Test
  void aRenewalThatFailsDoesNotEndTheSessionByItself() {
    scheduler.advance(Duration.ofSeconds(2));
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH);
    node.store.fail(What.RENEW, Kind.LEASE_NOT_FOUND);
    node.store.pass(What.BATCH);
    scheduler.advance(Duration.ofSeconds(1)); // to the renewal; the batch would be in doubt later
    assertEquals(1, node.store.count(What.RENEW));
    node.deliver();
    node.deliver();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest(), "the delayed one is refused");
    assertEquals("1", node.read("a"));
    assertWorks();
  }

  @Test
  void aSessionWhoseFenceCannotBeAdvancedIsRevoked() {
    node.store.hold(What.BATCH);
    node.store.fail(What.FENCE, Kind.OUTCOME_UNKNOWN); // the space alarm
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent delayed = node.store.next(What.BATCH).lose();
    node.pause();
    assertEquals(1, node.store.count(What.REVOKE));
    assertEquals(1, node.counters().sessionsLost());
    node.deliver();
    assertFalse(done.isDone(), "resolved, and waiting for space");
    assertEquals(1, node.counters().resolvedNotApplied());

    node.store.pass(What.FENCE, What.BATCH);
    node.recover();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void aRequestThatCannotBeSentIsSentAgainAfterAPause() {
    node.store.fail(What.BATCH, Kind.UNAVAILABLE);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    assertEquals(1, node.store.batches().size(), "not at once");
    node.store.pass(What.BATCH);
    node.recover();
    committed(done);
    assertEquals(1, node.store.count(What.FENCE), "nothing was in doubt");
    assertWorks();
  }

  @Test
  void onlyTheMemberAtFaultIsRejected() {
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
    // Not a word of hexadecimal digits: those may be in the commit record.
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
  void thousandsOfRejectionsInARowNeedNoStack() {
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
  void aSessionThatEndedBeforeItWasOpenedHereLeavesNothingInFlight() {
    node.store.hold(What.FENCE, What.BATCH);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent opening = node.store.next(What.FENCE).reach();
    cluster.endLease(2);
    node.deliver(); // the watch shows its beginning and its end
    opening.answer();
    node.store.pass(What.FENCE);
    Sent delayed = node.store.next(What.BATCH).lose();
    node.store.pass(What.BATCH); // the advance finds that the fence is absent
    node.recover();
    committed(done);
    long newest = cluster.newest();
    delayed.reach();
    assertEquals(newest, cluster.newest());
    assertWorks();
  }

  @Test
  void aStoreThatFailsAtOnceIsNotCalledWithoutPause() {
    node.store.fail(What.GRANT, Kind.UNAVAILABLE);
    cluster.endLease(1);
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.begin().put("b", "1").launch();
    int before = node.store.count(What.GRANT);
    assertTrue(before <= 2, "called " + before + " times at once");
    scheduler.advance(Duration.ofSeconds(5));
    int asked = node.store.count(What.GRANT);
    assertTrue(asked < 200, "called " + asked + " times");
    assertTrue(asked > 5, "called " + asked + " times");
    node.store.pass(What.GRANT);
    node.recover();
    committed(done);
    assertWorks();
  }
}
