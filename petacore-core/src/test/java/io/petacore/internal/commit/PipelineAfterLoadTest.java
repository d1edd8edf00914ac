package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.Operation;
import io.petacore.store.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commits in flight while everything is loaded again. */
class PipelineAfterLoadTest extends PipelineFixture {

  // ---- a load in between

  /** Commits a key that nothing else writes: a load that shows it proves the same history. */
  private void commitAWitness() {
    commit("witness", "of " + cluster.newest());
  }

  /** Compacts the history that the watch needs, so that everything is loaded again. */
  private void resync() {
    cluster.compact(cluster.newest());
    node.store.watch().end(Kind.COMPACTED);
    node.pause();
  }

  @Test
  void aLoadShowsItsOwnLastBatch() {
    commitAWitness();
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).reach().lose();
    resync();
    committed(done);
    assertWorks();
    assertEquals(1, requestsThatWrite("n/a"));
  }

  @Test
  void aLoadInWhichAForeignWriteHidesTheOwnWriteProvesNothing() {
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
  void aLoadShowsWhichMembersOfTheLastBatchWereRefused() {
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
    // The watch shows the four, but not the commit elsewhere.
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
  void aBatchThatALoadMayHaveSkippedIsUnknownAtTheFencingPoint() {
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

  /** Had the member been applied, its key would have another mod revision. */
  @Test
  void aMemberWhoseKeyALoadShowsUnchangedWasNotApplied() {
    PipelineNode elsewhere = another();
    commitAWitness();
    commit("a", "0");
    commit("b", "0");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> put = node.begin().put("a", "1").commit();
    CompletableFuture<CommitOutcome> deleted = node.begin().delete("b").commit();
    CompletableFuture<CommitOutcome> unguarded = node.unguarded().put("witness", "1").commit();
    CompletableFuture<CommitOutcome> created = node.begin().put("new", "1").commit();
    while (node.store.countHeld() > 0) {
      node.store.take(0).lose();
    }
    commitElsewhere(elsewhere, "c", "theirs");
    resync();
    node.store.pass(What.BATCH);
    node.recover();
    committed(put);
    committed(deleted);
    committed(unguarded);
    failure(CommitOutcomeUnknownException.class, created); // it may have been created and deleted
    assertEquals("1", node.read("a"));
    assertNull(node.read("b"));
    assertWorks();
  }

  @Test
  void aLoadBetweenTwoCommitsSkipsNothing() {
    commitAWitness();
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
    CompletableFuture<CommitOutcome> again = node.begin().put("a", "mine").commit();
    node.deliver();
    committed(again);
    assertWorks();
  }

  @Test
  void aConfirmedCommitStaysConfirmedWhenALoadSkipsItsRevision() {
    PipelineNode elsewhere = another();
    node.deliver();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    commitElsewhere(elsewhere, "b", "theirs");
    resync();
    committed(done);
    assertWorks();
  }

  @Test
  void aConfirmationMayComeAfterALoad() {
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
  void aSessionOpenedDuringALoadIsNotLostByIt() {
    // The load reads its state before the session is opened, and applies it afterwards.
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
    assertEquals(1, node.counters().sessionsLost(), "only the earlier session");
    assertWorks();
    assertEquals(2, node.store.count(What.FENCE));
  }

  // ---- another history

  /** The cluster is restored from a backup made at a revision, and continues from there. */
  private void restore(long revision) {
    cluster.rewind(revision);
    cluster.change(foreignPut("restored", "yes"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
  }

  @Test
  void nothingOfALostHistoryIsCommitted() {
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
  void pendingCommitsFailOnAnotherHistory() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    node.store.hold(What.BATCH);
    List<CompletableFuture<CommitOutcome>> sent = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sent.add(node.begin().put("k" + i, "v").commit());
    }
    CompletableFuture<CommitOutcome> pending = node.begin().put("never", "2").commit();
    CompletableFuture<CommitOutcome> unguarded = node.unguarded().put("never2", "2").commit();
    restore(backup);
    sent.forEach(one -> failure(CommitOutcomeUnknownException.class, one));
    failure(TransactionTooOldException.class, pending);
    assertFalse(unguarded.isDone(), "it rests on no state");
    node.store.pass(What.BATCH);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
    committed(unguarded);
    assertNull(node.read("never"));
    assertNull(node.read("k0"), "requests of the lost history are refused");
  }

  @Test
  void aRestoreToJustBeforeAConfirmedCommitLeavesNothingInFlight() {
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
    node.recover();
    committed(done);
    assertWorks();
  }
}
