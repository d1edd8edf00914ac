package io.petacore.internal.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.commit.FaultyKvStore.Sent;
import io.petacore.internal.commit.FaultyKvStore.What;
import io.petacore.internal.concurrent.Deadline;
import io.petacore.store.Operation;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * Reads of what every node has committed.
 *
 * <p><b>Invariant.</b> A call completes only when every commit is applied here that had returned on
 * any node when the call was made. The interleavings that would break it:
 *
 * <ol>
 *   <li>The read is answered, and the call completes before the watch has delivered what it showed.
 *   <li>A read is sent and evaluated; another node commits, and its commit returns; a second call
 *       is made; the answer arrives, and completes the second call, too.
 *   <li>The store is restored; the read shows a record of the new history, which is lower than what
 *       is applied here, or the same revision with other contents; the call completes on the lost
 *       history.
 *   <li>The watch leaves out the revision that the read showed, and delivers a later one.
 * </ol>
 */
class LatestReadsTest extends PipelineFixture {

  private static Throwable failure(CompletableFuture<Long> call) {
    assertTrue(call.isDone(), "the call still waits");
    Throwable cause = assertThrows(CompletionException.class, call::join).getCause();
    return cause == null ? new AssertionError("no cause") : cause;
  }

  private CompletableFuture<Long> latest(Duration timeout, boolean failFast) {
    return node.pipeline.freshness().latest(Deadline.in(timeout, scheduler::nanoTime), failFast);
  }

  @Test
  void aCallCompletesWhenWhatTheReadShowsIsApplied() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "1");
    CompletableFuture<Long> call = node.latest();
    assertFalse(call.isDone(), "the commit is not applied here yet");
    node.deliver();
    assertEquals(cluster.newest(), call.join());
    assertEquals("1", node.read("a"));
    assertTrue(node.latest().isDone(), "nothing is newer");
    assertWorks();
  }

  @Test
  void aCallIsNotAnsweredByAReadThatWasSentBefore() {
    PipelineNode elsewhere = another();
    node.deliver();
    node.store.hold(What.RANGE);
    CompletableFuture<Long> first = node.latest();
    Sent read = node.store.next(What.RANGE).reach();
    commitElsewhere(elsewhere, "a", "1");
    CompletableFuture<Long> second = node.latest();
    read.answer();
    assertTrue(first.isDone());
    assertFalse(second.isDone(), "the read was sent before the second call");
    node.store.next(What.RANGE).answer();
    assertFalse(second.isDone());
    node.deliver();
    assertEquals(cluster.newest(), second.join());
    assertWorks();
  }

  @Test
  void callsShareTheReadThatIsSentAfterThem() {
    node.store.hold(What.RANGE);
    int before = node.store.count(What.RANGE);
    CompletableFuture<Long> first = node.latest();
    List<CompletableFuture<Long>> others = List.of(node.latest(), node.latest(), node.latest());
    node.store.next(What.RANGE).answer();
    assertTrue(first.isDone());
    node.store.next(What.RANGE).answer();
    assertTrue(others.stream().allMatch(CompletableFuture::isDone));
    assertEquals(before + 2, node.store.count(What.RANGE));
    assertWorks();
  }

  @Test
  void anOlderRecordIsOfAnotherHistory() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    cluster.rewind(backup); // the watch is still open
    CompletableFuture<Long> call = node.latest();
    assertFalse(call.isDone(), "completed on a lost history");
    node.recover();
    assertTrue(call.isDone());
    assertNull(node.read("lost"));
    assertEquals("0", node.read("kept"));
    assertWorks();
  }

  @Test
  void anotherRecordAtTheSameRevisionIsOfAnotherHistory() {
    long backup = cluster.newest();
    long lost = commit("lost", "1");
    cluster.rewind(backup);
    assertEquals(lost, cluster.change(new Operation.Put(PipelineNode.RECORD, Bytes.utf8("x"))));
    CompletableFuture<Long> call = node.latest();
    assertFalse(call.isDone(), "completed on a lost history");
    node.recover();
    assertTrue(call.isDone());
    assertNull(node.read("lost"));
    assertWorks();
  }

  @Test
  void aReadThatALoadHasOvertakenIsNotUsed() {
    commit("kept", "0");
    long backup = cluster.newest();
    commit("lost", "1");
    node.store.hold(What.RANGE);
    CompletableFuture<Long> call = node.latest();
    Sent read = node.store.next(What.RANGE).reach(); // of the history that is lost now
    node.store.pass(What.RANGE);
    cluster.rewind(backup);
    cluster.change(foreignPut("restored", "yes"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.recover();
    int before = node.store.count(What.RANGE);
    read.answer();
    assertTrue(node.store.count(What.RANGE) > before, "the record is read again");
    assertTrue(call.isDone());
    assertWorks();
  }

  @Test
  void aRevisionThatTheWatchLeavesOutIsNotTakenForApplied() {
    PipelineNode elsewhere = another();
    node.deliver();
    commitElsewhere(elsewhere, "a", "1");
    CompletableFuture<Long> call = node.latest();
    node.store.watch().skipTo(cluster.newest() + 1);
    cluster.change(foreignPut("b", "2"));
    node.deliver();
    assertFalse(call.isDone() && node.read("a") == null, "the commit was left out");
    node.recover();
    assertTrue(call.isDone());
    assertEquals("1", node.read("a"));
    assertWorks();
  }

  @Test
  void aFailedReadIsSentAgainUntilTheDeadline() {
    node.store.fail(What.RANGE, Kind.UNAVAILABLE);
    CompletableFuture<Long> late = latest(Duration.ofSeconds(1), false);
    CompletableFuture<Long> later = latest(Duration.ofSeconds(30), false);
    scheduler.advance(Duration.ofMillis(1_100));
    Throwable failure = assertInstanceOf(StoreUnavailableException.class, failure(late));
    assertInstanceOf(StoreException.class, failure.getCause());
    node.store.pass(What.RANGE);
    node.recover();
    assertTrue(later.isDone());
    assertWorks();
  }

  @Test
  void aCommitThatIsNotAppliedInTimeIsNamed() {
    PipelineNode elsewhere = another();
    commitElsewhere(elsewhere, "a", "1");
    long newest = cluster.newest();
    CompletableFuture<Long> call = latest(Duration.ofMillis(100), false);
    scheduler.advance(Duration.ofMillis(200));
    String message = String.valueOf(failure(call).getMessage());
    assertTrue(message.contains("at revision " + newest), message);
    assertTrue(message.contains("is connected"), message);
    assertWorks();
  }

  @Test
  void aCallThatIsToFailFastDoesNotWaitForTheConnection() {
    node.store.hold(What.RANGE);
    CompletableFuture<Long> pending = latest(PipelineNode.TIMEOUT, true);
    assertFalse(pending.isDone());
    node.store.watch().end(Kind.UNAVAILABLE);
    assertInstanceOf(StoreUnavailableException.class, failure(pending));
    assertInstanceOf(StoreUnavailableException.class, failure(latest(PipelineNode.TIMEOUT, true)));
    node.store.pass(What.RANGE);
    while (node.store.countHeld() > 0) {
      node.store.take(0).answer();
    }
    assertWorks();
  }

  @Test
  void closingEndsCalls() {
    node.store.hold(What.RANGE);
    CompletableFuture<Long> call = node.latest();
    assertTrue(node.pipeline.close(Duration.ofSeconds(1)).isDone());
    assertInstanceOf(StorageClosedException.class, failure(call));
    assertInstanceOf(StorageClosedException.class, failure(node.latest()));
  }
}
