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
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * A watch that leaves revisions out, which no server should: it is noticed, and nothing is done
 * twice.
 */
class LostRevisionTest extends PipelineFixture {

  /** The watch leaves out what it has not delivered yet. */
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
    sent.lose(); // and the fence is raised
    node.store.pass(What.BATCH);
    node.goOn();
    assertEquals(2, timesWritten("n/a"), "sent once");
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
    node.goOn();
    sent.lose();
    assertEquals(2, timesWritten("n/a"), "sent once");
    failure(CommitOutcomeUnknownException.class, done);
    assertEquals("2", node.read("a"));
    assertWorks();
  }

  @Test
  void theRecordIsReadAgainWhereItCantBeRead() {
    commit("a", "1");
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "2").commit();
    node.store.next(What.BATCH).lose();
    node.store.fail(What.RANGE, Kind.UNAVAILABLE);
    node.store.pass(What.BATCH);
    node.deliver();
    assertFalse(done.isDone());
    assertEquals(2, timesWritten("n/a"), "what may have been lost is not known");
    node.store.pass(What.RANGE);
    node.goOn();
    committed(done);
    assertEquals(3, timesWritten("n/a"));
    assertEquals(0, node.synchronizer.counters().resyncs());
    assertWorks();
  }

  @Test
  void aForeignChangeThatWasLostIsNoticedByTheFirstRefusal() {
    commit("a", "1");
    cluster.change(foreignPut("a", "theirs"));
    lose();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "mine").commit();
    node.goOn();
    PipelineNode.assertConflict("a", done);
    assertEquals("theirs", node.read("a"));
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertTrue(node.store.batches().size() < 5, node.store.batches().size() + " requests");
    assertWorks();
  }

  /** What is missing are PetaCore's own keys: nothing tells that from another history. */
  @Test
  void aLockThatWasTakenUnseenIsNoticedByTheFirstRefusal() {
    cluster.change(foreignPut("\0s/other", "alive"), foreignPut("\0x", "other"));
    lose();
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "mine").commit();
    cluster.change(foreignPut("b", "theirs")); // so that the watch has passed it
    node.deliver();
    cluster.change(foreignDelete("\0x"));
    node.goOn();
    failure(TransactionTooOldException.class, done);
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertTrue(node.store.batches().size() < 20, node.store.batches().size() + " requests");
    assertWorks();
  }

  /** What a clock past 2200 writes is no timestamp, but the commit is found all the same. */
  @Test
  void aCommitOfAClockPast2200IsMadeOnce() {
    node.wall.set(Instant.parse("2201-01-01T00:00:00Z").getEpochSecond() * 1_000_000_000L);
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    long before = node.cache.applied().timestamp();
    node.store.next(What.BATCH).reach().lose();
    node.store.pass(What.BATCH);
    node.goOn();
    assertEquals(1, timesWritten("n/a"));
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
