package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Timestamp;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.ResolvedOutcome;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A commit that was reported as in doubt is resolved later.
 *
 * <p><b>Invariant.</b> The exception's future completes once, with the outcome, and not before that
 * is certain; the commit is never sent a second time.
 *
 * <p><b>Interleaving.</b> The deadline passes while the request, or the advance of the fence after
 * it, is in flight; either arrives afterwards, or neither.
 */
class InDoubtTest extends PipelineFixture {

  private @Nullable Sent request;

  private Sent request() {
    return Objects.requireNonNull(request);
  }

  private CompletableFuture<ResolvedOutcome> inDoubt() {
    long commits = node.counters().commits();
    node.store.hold(What.values());
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    request = node.store.next(What.BATCH);
    scheduler.advance(PipelineNode.TIMEOUT.plusMillis(50));
    CompletableFuture<ResolvedOutcome> outcome =
        failure(CommitOutcomeUnknownException.class, done).outcome();
    assertFalse(outcome.isDone(), "not certain yet");
    assertEquals(commits, node.counters().commits());
    return outcome;
  }

  private static ResolvedOutcome resolved(CompletableFuture<ResolvedOutcome> outcome) {
    assertTrue(outcome.isDone(), "not resolved");
    return outcome.join();
  }

  private void assertSentOnce() {
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
    assertEquals(1, requestsThatWrite("n/a"), "it is never sent again");
    assertEquals(1, node.counters().unknownOutcomes());
  }

  @Test
  void aLateCommitIsResolvedAsCommittedAndCounted() {
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    long revision = cluster.newest() + 1;
    request().reach();
    assertFalse(outcome.isDone(), "the watch has not delivered it");
    node.deliver();
    Timestamp timestamp = Timestamp.of(node.cache.applied().timestamp());
    assertEquals(ResolvedOutcome.committed(revision, timestamp), resolved(outcome));
    assertEquals(1, node.counters().commits());
    assertSentOnce();
  }

  /** A commit is resolved as not applied only once the commit record was read. */
  private void readTheRecord() {
    while (node.store.held().contains(What.RANGE)) {
      node.store.next(What.RANGE).answer();
    }
  }

  @Test
  void aCommitAfterTheFencingPointIsResolvedAsNotCommitted() {
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    node.store.next(What.FENCE).answer();
    assertFalse(outcome.isDone(), "the fencing point is not applied");
    node.deliver();
    assertFalse(outcome.isDone(), "the watch may have left the commit out");
    readTheRecord();
    assertEquals(ResolvedOutcome.notCommitted(), resolved(outcome));
    long newest = cluster.newest();
    request().reach();
    assertEquals(newest, cluster.newest(), "it is refused when it arrives");
    assertEquals(0, node.counters().commits());
    assertSentOnce();
    assertNull(node.read("a"));
  }

  @Test
  void aRefusedCommitIsResolvedAsNotCommitted() {
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    cluster.change(foreignPut("a", "theirs"));
    request().answer();
    node.deliver();
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    node.deliver();
    assertEquals(ResolvedOutcome.notCommitted(), resolved(outcome));
    assertSentOnce();
    assertEquals("theirs", node.read("a"));
  }

  @Test
  void closingResolvesACommitInDoubt() {
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    node.store.next(What.REVOKE).answer();
    node.deliver();
    readTheRecord();
    assertEquals(ResolvedOutcome.notCommitted(), resolved(outcome));
    assertTrue(closed.isDone());
  }

  @Test
  void aCloseThatTimesOutLeavesACommitUnknown() {
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(5));
    assertFalse(outcome.isDone());
    scheduler.advance(Duration.ofSeconds(5));
    assertTrue(closed.isDone());
    assertEquals(ResolvedOutcome.unknown(), resolved(outcome));
  }

  @Test
  void anotherHistoryLeavesACommitUnknown() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    CompletableFuture<ResolvedOutcome> outcome = inDoubt();
    node.store.pass(What.RANGE, What.FENCE, What.GRANT, What.RENEW, What.REVOKE);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    cluster.rewind(backup);
    cluster.change(foreignPut("restored", "yes"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
    assertEquals(ResolvedOutcome.unknown(), resolved(outcome));
  }

  /** The future is complete when the exception is thrown. */
  @Test
  void anOutcomeThatCannotBeResolvedIsUnknownAtOnce() {
    node.store.hold(What.values());
    CompletableFuture<CommitOutcome> done = node.begin().put("a", "1").commit();
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(1));
    scheduler.advance(Duration.ofSeconds(1));
    assertTrue(closed.isDone());
    assertEquals(
        ResolvedOutcome.unknown(),
        failure(CommitOutcomeUnknownException.class, done).outcome().join());
  }
}
