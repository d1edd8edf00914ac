package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.assertConflict;
import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.StoreException.Kind;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Large transactions, with one guard on the commit record. */
class LargeTransactionTest extends LargeTransactionFixture {

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
