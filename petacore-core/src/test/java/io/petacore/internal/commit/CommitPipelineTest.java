package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commits, one step at a time. */
class CommitPipelineTest extends PipelineFixture {

  // ---- without faults

  @Test
  void aCommitIsSentAtOnceAndCompletesWhenItsRevisionIsApplied() {
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    assertEquals(1, node.store.batches().size());
    assertFalse(done.isDone());
    assertNull(node.read("a"));

    node.deliver();
    CommitOutcome.Committed committed = committed(done);
    assertEquals(cluster.newest(), committed.revision());
    assertEquals(node.cache.applied().timestamp(), committed.timestamp());
    assertEquals("1", node.read("a"));
  }

  @Test
  void theWatchMayBeFasterThanTheAnswer() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    Sent sent = node.store.next(What.BATCH).reach();
    node.deliver();
    assertTrue(committed(done).timestamp() > 0);
    sent.answer();
    assertWorks();
    assertEquals("1", node.read("a"));
  }

  @Test
  void commitsThatArriveWhileNoRequestMayBeSentAreSentTogether() {
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(node.begin().put("k" + i, "v").commit());
    }
    assertEquals(4, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertEquals(4, node.store.countHeld(), "sixteen were sent in one request");
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

  /** Fails if a small batch is sent beside many in flight, or never. */
  @Test
  void whileManyAreInFlightABatchWaitsForAsMany() {
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(node.begin().put("k" + i, "v").commit());
    }
    for (int i = 0; i < 2; i++) {
      node.store.next(What.BATCH).answer();
      node.deliver();
    }
    assertEquals(
        3, node.store.countHeld(), "two alone and sixteen together; one more request may be sent");
    for (int i = 0; i < 17; i++) {
      all.add(node.begin().put("m" + i, "v").commit());
    }
    assertEquals(3, node.store.countHeld(), "one is missing");
    all.add(node.begin().put("m17", "v").commit());
    assertEquals(4, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    all.add(node.begin().put("few", "v").commit());
    assertEquals(3, node.store.countHeld(), "beside many");
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
      node.deliver();
    }
    all.forEach(PipelineNode::committed);
  }

  @Test
  void aCommitThatTouchesAKeyInFlightWaitsAndIsCheckedAgain() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> first = node.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> second = node.begin().put("a", "2").commit();
    assertEquals(1, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(first);
    assertConflict("a", second);
    assertEquals(1, node.counters().batches(), "it was never sent");
    assertEquals(1, node.counters().localConflicts());
  }

  @Test
  void aConflictThatShowsBeforeTheCommitIsSentNeedsNoRequest() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.BATCH);
    for (int i = 0; i < 4; i++) {
      node.begin().put("k" + i, "v").launch();
    }
    CompletableFuture<CommitOutcome> late = node.begin().put("a", "1").commit();
    assertFalse(late.isDone(), "no request may be sent");
    commitElsewhere(elsewhere, "a", "2");
    node.deliver();
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertConflict("a", late);
    assertEquals(4, node.counters().batches());
  }

  @Test
  void aConflictWithAnotherNodeIsReportedWhenItIsAppliedHere() {
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
  void aDeleteThatTheStoreRefusesIsAConflict() {
    commit("a", "old");
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "theirs");
    CompletableFuture<CommitOutcome> mine = node.begin().delete("a").commit();
    node.deliver();
    assertConflict("a", mine);
    assertEquals("theirs", node.read("a"));
  }

  @Test
  void aRefusalByADeleteFenceAloneIsNoConflict() {
    PipelineNode elsewhere = another();
    // More keys than buckets, so that the fence of every bucket is written.
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
    assertEquals(2, node.counters().batches(), "it was sent again, without the caller");
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
  void unguardedWritesOfOneKeyBecomeTheLast() {
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
      node.recover();
      assertTrue(done.isDone(), "no outcome with " + what);
      assertWorks();
    }
  }

  @Test
  void aRequestThatThrowsDoesNotKeepOtherActionsFromRunning() {
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
    node.recover();
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.recover();
    committed(one);
    committed(two);
    assertWorks();
  }
}
