package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Restores of the store to another history, which the node detects under its next watch. */
class RestoredStoreTest extends NodeFixture {

  @Test
  void aRestoredStoreIsDetectedByItsCommitRecord() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("kept", "1"), put("a", "1"));
    node.store.change(record(20_000), put("a", "lost"), put("lost", "2"));
    watch.deliver();
    long timestamp = node.timestamp();
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(4);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    // The same revisions with other data.
    node.store.change(record(20_001), put("a", "new"), put("new", "2"));
    node.pause();
    node.pause();
    assertEquals(Map.of("kept", "1", "a", "new", "new", "2"), node.contents());
    assertTrue(node.timestamp() > timestamp, "timestamps keep rising");
    assertThrows(TransactionTooOldException.class, () -> node.contents(timestamp), "a lost world");
    assertTrue(waiter.isDone());
    assertInstanceOf(
        PetaCoreException.class, assertThrows(CompletionException.class, waiter::join).getCause());
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertEquals(4, node.store.watch().fromRevision());
  }

  @Test
  void aRestoredStoreIsDetectedByItsRevision() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "lost"));
    node.store.change(put("b", "lost"));
    watch.deliver();
    long timestamp = node.timestamp();
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(5);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.revision());
    assertTrue(node.timestamp() > timestamp);
    CompletionException lost = assertThrows(CompletionException.class, waiter::join);
    assertInstanceOf(StoreUnavailableException.class, lost.getCause());
    node.store.watch().open();
    node.store.change(record(30_000), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(3, node.revision());
  }

  @Test
  void aStoreWithFewerRevisionsIsOnAnotherHistory() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "1"));
    node.store.change(put("lost", "2"));
    watch.deliver();
    node.store.rewind(2);
    watch.end(Kind.COMPACTED);
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.revision());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /** Losses of a store that leave the commit record unchanged. */
  private enum WithoutRecord {
    SESSION_OPENED,
    FENCE_ADVANCED,
    SESSION_ENDED,
    TURN_TAKEN,
    TURN_GIVEN_BACK;

    Operation change() {
      return switch (this) {
        case SESSION_OPENED -> put("\0s/1", "session");
        case FENCE_ADVANCED -> put("\0s/0", "session");
        case SESSION_ENDED -> delete("\0s/0");
        case TURN_TAKEN -> put("\0x", "0");
        case TURN_GIVEN_BACK -> delete("\0x");
      };
    }
  }

  /** Fails if only commit records are compared. */
  @ParameterizedTest
  @EnumSource
  void aRestoredStoreIsDetectedByFencesAndLock(WithoutRecord what) {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"), put("\0s/0", "session"));
    if (what == WithoutRecord.TURN_GIVEN_BACK) {
      node.store.change(put("\0x", "0"));
    }
    long backup = node.store.newest();
    node.store.change(what.change());
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(backup);
    node.store.change(put("foreign", "in its place"));
    node.pause();
    node.pause();
    assertTrue(node.lastPublication().anotherHistory());
    assertEquals(Map.of("a", "1", "foreign", "in its place"), node.contents());
  }

  @Test
  void unchangedFencesAndLockAreTheSameHistory() {
    node.store.change(record(10_000), put("\0s/0", "session"), put("\0s/1", "session"));
    ScriptedWatch watch = node.follow();
    node.store.change(put("\0s/2", "session"), put("\0x", "0"), delete("\0s/1"));
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.store.change(put("\0s/0", "session"), delete("\0s/2"), delete("\0x"));
    node.pause();
    node.store.watch().open().deliver();
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(3, node.store.watches().size());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  /** The applied revision exists in both histories; only a confirmed, later one was lost. */
  @Test
  void aStoreRestoredToTheAppliedRevisionIsDetectedByAConfirmedOne() {
    node.store.change(record(10_000), put("a", "1"));
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    long confirmed = node.store.change(record(20_000), put("a", "lost"));
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(confirmed);
    node.synchronizer.expect(confirmed);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    node.pause();
    node.pause();
    assertTrue(waiter.isDone());
    CompletionException lost = assertThrows(CompletionException.class, waiter::join);
    assertInstanceOf(StoreUnavailableException.class, lost.getCause());
    assertTrue(node.lastPublication().anotherHistory());
    assertEquals(Map.of("a", "1"), node.contents());
  }

  /** A response need not reflect a revision that was confirmed after its request was sent. */
  @Test
  void aResponseOlderThanTheConfirmationProvesNothing() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    watch.end(Kind.UNAVAILABLE);
    node.store.hold();
    node.pause();
    assertEquals(1, node.store.countHeld());
    var question = node.store.nextHeld();
    node.synchronizer.expect(1_000);
    question.answer();
    node.scheduler.runDue();
    assertEquals(2, node.store.watches().size());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  /** A revision of the old history will never be delivered, and its watch is not silent. */
  @Test
  void anotherHistoryDropsExpectedRevisions() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "1"));
    node.store.change(put("a", "lost"));
    watch.deliver();
    node.synchronizer.expect(1_000);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    node.pause();
    node.pause();
    ScriptedWatch last = node.store.watch().open();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertFalse(last.isClosed());
  }

  /** The restored store has passed the applied revision again before it is loaded. */
  @Test
  void aRestoredStoreWithNewCommitsIsOnAnotherHistory() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "1"));
    node.store.change(put("a", "lost"));
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    node.store.hold();
    node.scheduler.advance(Duration.ofMillis(100));
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    node.store.change(put("b", "1"));
    node.store.change(put("c", "1"));
    node.store.stopHolding();
    node.pause();
    assertEquals(Map.of("a", "1", "b", "1", "c", "1"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  @Test
  void equalModRevisionsOfAnotherHistoryProveNothing() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "old"));
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(1);
    node.store.change(record(10_001), put("a", "new")); // the same mod revision, 2
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "new"), node.contents());
  }

  /** The most recently changed key is absent in both histories. */
  @Test
  void aRestoreThatLostAForeignWriteBeforeADeletionIsDetected() {
    node.store.change(record(10_000), put("a", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "lost"));
    node.store.change(put("k", "1"));
    node.store.change(delete("k"));
    node.store.watch().deliver();
    node.store.rewind(2);
    for (int i = 0; i < 3; i++) {
      node.store.change(put("b", "" + i));
    }
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "1", "b", "2"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /** The reserved keys are unchanged; only foreign writes after the last commit were lost. */
  @Test
  void aRestoreThatLostOnlyForeignWritesIsDetected() {
    node.store.change(record(10_000), put("a", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "lost"));
    node.store.watch().deliver();
    node.store.rewind(2);
    node.store.change(put("b", "in its place"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "1", "b", "in its place"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }
}
