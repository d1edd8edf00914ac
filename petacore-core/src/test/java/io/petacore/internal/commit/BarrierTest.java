package io.petacore.internal.commit;

import static io.petacore.internal.commit.PipelineNode.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.commit.batch.CommitOutcome;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * Barriers: empty members of batches.
 *
 * <p><b>Invariant.</b> A barrier completes only when everything is applied here that the store had
 * when it was called, foreign writes too. The interleavings that would break it:
 *
 * <ol>
 *   <li>The batch is answered, and the call completes before the watch has delivered its revision.
 *   <li>A batch is sent and applied; a foreign program writes; a second barrier is called; the
 *       watch delivers the batch, and that completes the second call, too.
 *   <li>The answer is lost, and the request was not applied: the call must not complete, nor wait
 *       for ever, nor report an unknown outcome.
 * </ol>
 *
 * <p>Barriers without pause must not keep a large transaction waiting for an empty pipeline.
 */
class BarrierTest extends PipelineFixture {

  private static Throwable failure(CompletableFuture<Long> call) {
    assertTrue(call.isDone(), "the call still waits");
    Throwable cause = assertThrows(CompletionException.class, call::join).getCause();
    return cause == null ? new AssertionError("no cause") : cause;
  }

  @Test
  void aBarrierIsAppliedWhenTheWatchDeliversIt() {
    cluster.change(foreignPut("a", "theirs"));
    CompletableFuture<Long> call = node.barrier();
    assertEquals(1, node.counters().emptyBatches(), "it was sent, and answered");
    assertFalse(call.isDone(), "completed by its answer");
    node.deliver();
    assertEquals(cluster.newest(), call.join());
    assertEquals("theirs", node.read("a"));
    assertWorks();
  }

  @Test
  void callsShareTheNextBatchThatIsNotSentYet() {
    node.store.hold(What.BATCH);
    CompletableFuture<Long> first = node.barrier();
    node.store.next(What.BATCH).answer();
    cluster.change(foreignPut("a", "theirs"));
    CompletableFuture<Long> second = node.barrier();
    CompletableFuture<Long> third = node.barrier();
    assertEquals(0, node.store.countHeld(), "one request without transactions at a time");
    node.store.watch().deliver(1);
    assertTrue(first.isDone());
    assertFalse(second.isDone(), "its batch was sent before the call");
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertEquals(List.of(cluster.newest(), cluster.newest()), List.of(second.join(), third.join()));
    assertEquals("theirs", node.read("a"));
    assertEquals(2, node.counters().emptyBatches());
    assertWorks();
  }

  @Test
  void aBarrierLeavesWithTheNextCommits() {
    node.store.hold(What.BATCH);
    CompletableFuture<Long> first = node.barrier();
    CompletableFuture<Long> second = node.barrier();
    CompletableFuture<CommitOutcome> commit = node.begin().put("a", "1").commit();
    assertEquals(2, node.store.countHeld());
    Sent alone = node.store.next(What.BATCH);
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertEquals(committed(commit).revision(), second.join());
    assertFalse(first.isDone());
    alone.answer();
    node.deliver();
    assertTrue(first.isDone());
    assertEquals(1, node.counters().emptyBatches());
    assertWorks();
  }

  @Test
  void aBarrierWhoseAnswerIsLostIsSentAgain() {
    node.store.hold(What.BATCH);
    int fences = node.store.count(What.FENCE);
    CompletableFuture<Long> call = node.barrier();
    Sent lost = node.store.next(What.BATCH).lose();
    assertFalse(call.isDone());
    node.pause();
    Sent again = node.store.next(What.BATCH);
    cluster.change(foreignPut("a", "theirs"));
    lost.reach(); // late, and harmless
    again.answer();
    node.deliver();
    assertEquals(cluster.newest(), call.join());
    assertEquals(fences, node.store.count(What.FENCE), "nothing is to be resolved");
    assertEquals(0, node.counters().unknownOutcomes());
    assertWorks();
  }

  @Test
  void aBarrierInABatchInDoubtIsSentAgainWithoutIt() {
    node.store.hold(What.BATCH);
    CompletableFuture<Long> first = node.barrier();
    CompletableFuture<Long> call = node.barrier();
    CompletableFuture<CommitOutcome> commit = node.begin().put("a", "1").commit();
    node.store.next(What.BATCH).answer();
    node.store.next(What.BATCH).lose();
    node.store.pass(What.BATCH);
    node.recover();
    assertTrue(first.isDone());
    committed(commit);
    assertTrue(call.isDone());
    assertWorks();
  }

  @Test
  void barriersDoNotKeepALargeTransactionWaiting() {
    node.store.hold(What.BATCH);
    CompletableFuture<CommitOutcome> first = node.begin().put("a", "1").commit();
    PipelineNode.Draft draft = node.begin();
    for (int i = 0; i < 200; i++) {
      draft.put("k" + i, "v");
    }
    CompletableFuture<CommitOutcome> large = draft.commit();
    CompletableFuture<Long> second = node.barrier();
    assertEquals(1, node.store.countHeld(), "a barrier left before the large transaction");
    node.store.next(What.BATCH).answer();
    node.deliver();
    committed(first);
    CompletableFuture<Long> third = node.barrier();
    assertEquals(1, node.store.countHeld());
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertTrue(large.isDone(), "the next request was another barrier");
    assertTrue(second.isDone(), "it left with the large transaction");
    node.store.next(What.BATCH).answer();
    node.deliver();
    assertTrue(third.isDone());
    assertWorks();
  }

  @Test
  void aBarrierInFlightKeepsALargeTransactionFromBeingRefused() {
    node.store.hold(What.BATCH);
    CompletableFuture<Long> call = node.barrier();
    PipelineNode.Draft draft = node.begin();
    for (int i = 0; i < 200; i++) {
      draft.put("k" + i, "v");
    }
    CompletableFuture<CommitOutcome> large = draft.commit();
    assertEquals(1, node.store.countHeld(), "its one guard is the commit record");
    node.store.next(What.BATCH).answer();
    node.store.pass(What.BATCH);
    node.deliver();
    node.deliver();
    assertTrue(call.isDone());
    committed(large);
    assertWorks();
  }

  @Test
  void aBarrierFailsAtItsDeadlineAndIsNeverUnknown() {
    node.store.hold(What.BATCH);
    Deadline soon = Deadline.in(Duration.ofMillis(100), scheduler::nanoTime);
    CompletableFuture<Long> call = node.pipeline.freshness().barrier(soon, false);
    scheduler.advance(Duration.ofMillis(200));
    assertInstanceOf(StoreUnavailableException.class, failure(call));
    node.store.next(What.BATCH).answer();
    assertWorks();
  }

  @Test
  void aRefusedBarrierFails() {
    node.store.reject(batch -> true);
    assertInstanceOf(StoreRefusedException.class, failure(node.barrier()));
    assertWorks();
  }

  @Test
  void aBarrierThatIsToFailFastDoesNotWaitForTheConnection() {
    node.store.hold(What.BATCH);
    Deadline late = Deadline.in(PipelineNode.TIMEOUT, scheduler::nanoTime);
    CompletableFuture<Long> call = node.pipeline.freshness().barrier(late, true);
    node.store.watch().end(Kind.UNAVAILABLE);
    assertInstanceOf(StoreUnavailableException.class, failure(call));
    node.store.next(What.BATCH).answer();
    node.recover();
    assertWorks();
  }

  @Test
  void closingEndsBarriers() {
    node.store.hold(What.values());
    CompletableFuture<Long> sent = node.barrier();
    CompletableFuture<Long> pending = node.barrier();
    node.store.pass(What.REVOKE);
    CompletableFuture<Void> closed = node.pipeline.close(Duration.ofSeconds(1));
    assertInstanceOf(StorageClosedException.class, failure(sent));
    assertInstanceOf(StorageClosedException.class, failure(pending));
    assertInstanceOf(StorageClosedException.class, failure(node.barrier()));
    assertTrue(closed.isDone(), "there is no outcome to wait for");
  }
}
