package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A watch that leaves revisions out, which no server should do: it is noticed, and nothing is
 * applied twice.
 */
class LostRevisionTest extends PipelineFixture {

  /** Has the watch leave out what it has not delivered yet. */
  private void lose() {
    node.store.watch().skipTo(cluster.newest() + 1);
  }

  @Test
  void aBatchLostBeforeTheFencingPointIsNotSentAgain() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "2").commit();
    Sent sent = node.store.next(What.BATCH).reach();
    lose();
    sent.lose(); // and the fence is advanced
    node.store.pass(What.BATCH);
    node.recover();
    assertEquals(2, requestsThatWrite("n/a"), "sent once");
    failure(CommitOutcomeUnknownException.class, done);
    assertEquals("2", node.read("a"));
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertWorks();
  }

  @Test
  void aBatchLostBeforeTheEndOfItsSessionIsNotSentAgain() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "2").commit();
    Sent sent = node.store.next(What.BATCH).reach();
    lose();
    cluster.endLease(1);
    node.store.pass(What.BATCH);
    node.recover();
    sent.lose();
    assertEquals(2, requestsThatWrite("n/a"), "sent once");
    failure(CommitOutcomeUnknownException.class, done);
    assertEquals("2", node.read("a"));
    assertWorks();
  }

  @Test
  void theRecordIsReadAgainIfItCannotBeRead() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "2").commit();
    node.store.next(What.BATCH).lose();
    node.store.fail(What.RANGE, Kind.UNAVAILABLE);
    node.store.pass(What.BATCH);
    node.deliver();
    assertFalse(done.isDone());
    assertEquals(2, requestsThatWrite("n/a"), "it is not known whether a revision was lost");
    node.store.pass(What.RANGE);
    node.recover();
    committed(done);
    assertEquals(3, requestsThatWrite("n/a"));
    assertEquals(0, node.synchronizer.counters().resyncs());
    assertWorks();
  }

  @Test
  void aForeignChangeThatWasLostIsNoticedByTheFirstRefusal() {
    commit("a", "1");
    cluster.change(foreignPut("a", "theirs"));
    lose();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "mine").commit();
    node.recover();
    PipelineNode.assertConflict("a", done);
    assertEquals("theirs", node.read("a"));
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertTrue(node.store.batches().size() < 5, node.store.batches().size() + " requests");
    assertWorks();
  }

  /** PetaCore's own keys are missing: nothing distinguishes that from another history. */
  @Test
  void aLockWhoseAcquisitionWasLostIsNoticedByTheFirstRefusal() {
    cluster.change(foreignPut("\0s/other", "alive"), foreignPut("\0x", "other"));
    lose();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "mine").commit();
    cluster.change(foreignPut("b", "theirs")); // so that the watch has passed its revision
    node.deliver();
    cluster.change(foreignDelete("\0x"));
    node.recover();
    failure(TransactionTooOldException.class, done);
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertTrue(node.store.batches().size() < 20, node.store.batches().size() + " requests");
    assertWorks();
  }

  /** A clock past 2200 gives no timestamp, but the commit is resolved all the same. */
  @Test
  void aCommitOfAClockPast2200IsAppliedOnce() {
    node.wall.set(Instant.parse("2201-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L);
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    long before = node.cache.applied().timestamp();
    node.store.next(What.BATCH).reach().lose();
    node.store.pass(What.BATCH);
    node.recover();
    assertEquals(1, requestsThatWrite("n/a"));
    assertTrue(committed(done).timestamp() < before + 10, "ordered by its revision alone");
    assertWorks();
  }

  @Test
  void aSystemClockPastNanosecondsDoesNotEndTheStorage() {
    node.wall.set(Long.MAX_VALUE);
    committed(commitNow());
    node.wall.set(-1);
    committed(commitNow());
    scheduler.advance(Duration.ofSeconds(1));
    assertWorks();
  }

  private CompletableFuture<CommitOutcome> commitNow() {
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "v").commit();
    node.deliver();
    return done;
  }
}
