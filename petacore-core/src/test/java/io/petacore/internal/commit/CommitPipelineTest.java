package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The fate of commits, one step at a time. */
class CommitPipelineTest extends PipelineFixture {

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

  /** Fails where a place that comes free beside many is taken by a few, or never by them. */
  @Test
  void besideManyOnTheirWayAsManyAreWaitedFor() {
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(node.begin().put("k" + i, "v").commit());
    }
    for (int i = 0; i < 2; i++) {
      node.store.next(What.BATCH).answer();
      node.deliver();
    }
    assertEquals(3, node.store.countHeld(), "two alone and sixteen together, and a place");
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
}
