package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.error.PetaCoreException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Resyncs after missed revisions, compaction, and restores to another history. */
class ResyncTest {
  private final Node node = new Node();

  @AfterEach
  void noExceptionWasLost() {
    assertEquals(List.of(), node.scheduler.failures());
  }

  // ---- compaction

  @Test
  void aCompactedRevisionCausesAResync() {
    node.store.change(record(10_000), put("same", "1"), put("changed", "1"), put("gone", "1"));
    ScriptedWatch watch = node.follow();
    long before = node.timestamp();
    Version same = node.find("same");
    long changed = node.store.change(record(20_000), put("changed", "2"), put("new", "2"));
    node.store.change(record(30_000), delete("gone"));
    node.store.change(record(40_000), put("passing", "3"));
    node.store.change(record(50_000), delete("passing"));
    node.store.compact(node.store.newest());
    watch.end(Kind.COMPACTED);
    assertEquals(before, node.timestamp(), "the old state is there until the new one is whole");
    node.pause();

    Map<String, String> expected = Map.of("same", "1", "changed", "2", "new", "2");
    assertEquals(expected, node.contents());
    assertEquals(Map.of("same", "1", "changed", "1", "gone", "1"), node.contents(before));
    assertEquals(node.store.newest(), node.revision());
    assertEquals(50_000, node.timestamp());
    assertEquals(3, node.cache.applied().keys());
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertEquals(changed, node.find("changed").modRevision());
    assertEquals(2, node.find("same").modRevision());
    assertSame(same, node.find("same"));

    assertEquals(node.store.newest() + 1, node.store.watch().fromRevision());
    node.store.watch().open();
    node.store.change(record(60_000), put("gone", "4"));
    node.store.watch().deliver();
    assertEquals("4", node.contents().get("gone"));
  }

  @Test
  void compactionOfTheAppliedRevisionIsDetected() {
    ScriptedWatch watch = node.follow();
    node.store.acceptWatches();
    watch.end(Kind.UNAVAILABLE);
    node.store.change(put("a", "1"));
    node.store.change(put("a", "2"));
    node.store.compact(3);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertFalse(node.lastPublication().anotherHistory());
    assertEquals(4, node.store.watch().fromRevision());
  }

  @Test
  void aSnapshotSurvivesAResync() {
    node.store.change(put("a", "1"), put("b", "1"), put("trace", "1"));
    ScriptedWatch watch = node.follow();
    long old = node.timestamp();
    assertTrue(node.cache.pin(old));
    node.store.change(put("a", "2"), delete("b"), put("c", "2"));
    node.store.compact(3);
    node.store.hold();
    watch.end(Kind.COMPACTED);
    node.pause();
    assertEquals(1, node.store.countHeld());
    assertEquals(old, node.timestamp());
    node.store.stopHolding();
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    node.scheduler.advance(Node.RETENTION.multipliedBy(2));
    node.synchronizer.freeHistory();
    assertEquals(Map.of("a", "1", "b", "1", "trace", "1"), node.contents(old));
    assertEquals(Map.of("a", "2", "c", "2", "trace", "1"), node.contents());
  }

  @Test
  void resyncsOfAStoreThatCompactsQuicklyBackOff() {
    ScriptedWatch watch = node.follow();
    int before = node.store.ranges().size();
    watch.end(Kind.COMPACTED);
    for (int i = 0; i < 600; i++) {
      node.scheduler.advance(Duration.ofMillis(100));
      ScriptedWatch last = node.store.watch();
      if (!last.isClosed()) {
        last.open().end(Kind.COMPACTED);
      }
    }
    int asked = node.store.ranges().size() - before;
    assertTrue(asked < 400, "requested " + asked + " ranges in a minute");
    assertTrue(asked > 20, "requested " + asked + " ranges in a minute");
    node.pause();
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  // ---- missed revisions

  @Test
  void aGapInThePutCountOfTheCommitRecordCausesAResync() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("b", "2"));
    node.store.change(record(30_000), put("c", "3"));
    watch.deliver(1);
    watch.skipTo(4);
    watch.deliver();
    assertTrue(watch.isClosed());
    assertEquals(2, node.revision(), "revisions after a gap are not applied");
    assertEquals(DISCONNECTED, node.synchronizer.state());
    node.pause();
    assertEquals(Map.of("a", "1", "b", "2", "c", "3"), node.contents());
    assertEquals(1, node.synchronizer.counters().resyncs());
    node.store.watch().open();
    assertEquals(List.of(SYNCED, DISCONNECTED, SYNCED), node.states);
  }

  @Test
  void revisionsAreAppliedOneByOneAfterAResync() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    watch.skipTo(3);
    watch.deliver();
    node.pause();
    node.store.watch().open();
    node.store.change(record(30_000), put("a", "3"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(1, node.synchronizer.counters().resyncs());
  }

  // ---- another history

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

  /** Restores the store to an earlier revision and compacts it. */
  private void assertAnotherHistory(long rewindTo, Operation[]... revisions) {
    node.store.watch().deliver();
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(100);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.store.rewind(rewindTo);
    for (Operation[] revision : revisions) {
      node.store.change(revision);
    }
    node.store.compact(node.store.newest());
    node.pause();
    node.pause();
    assertTrue(node.lastPublication().loaded());
    assertTrue(node.lastPublication().anotherHistory());
    assertTrue(waiter.isCompletedExceptionally());
  }

  private static Operation[] revision(Operation... changes) {
    return changes;
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAValue() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "old"));
    assertAnotherHistory(1, revision(put("a", "new")), revision(record(20_000), put("b", "new")));
    assertEquals(Map.of("a", "new", "b", "new"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderRecord() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    assertAnotherHistory(2, revision(put("b", "3")), revision(put("b", "4")));
    assertEquals(Map.of("a", "1", "b", "4"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnotherRecord() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("a", "1"));
    assertAnotherHistory(1, revision(record(10_001), put("b", "1")), revision(put("b", "2")));
    assertEquals(Map.of("b", "2"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderFence() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(10_000), put("\0s/0", "session"));
    node.store.change(put("\0s/0", "session"));
    assertAnotherHistory(2, revision(record(20_000), put("a", "1")), revision(put("b", "1")));
    assertEquals(Map.of("a", "1", "b", "1"), node.contents());
  }

  @Test
  void afterCompactionAnotherHistoryIsDetectedByAnOlderKey() {
    node.follow();
    node.store.acceptWatches();
    node.store.change(put("a", "1"));
    node.store.change(put("a", "2"));
    assertAnotherHistory(2, revision(put("b", "1")), revision(put("c", "1")));
    assertEquals(Map.of("a", "1", "b", "1", "c", "1"), node.contents());
  }

  @Test
  void aCompactedStoreThatContinuedIsOnTheSameHistory() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"), put("c", "1"));
    ScriptedWatch watch = node.follow();
    node.store.change(record(20_000), put("a", "2"), delete("b"));
    node.store.compact(3);
    watch.end(Kind.COMPACTED);
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(100);
    node.pause();
    assertEquals(Map.of("a", "2", "c", "1"), node.contents());
    assertTrue(node.lastPublication().loaded());
    assertFalse(node.lastPublication().anotherHistory());
    assertFalse(waiter.isDone());
  }

  /** Like etcd's restore tool: the revision is bumped above the lost ones and compacted. */
  @Test
  void aRestoredStoreWithBumpedRevisionsIsOnAnotherHistory() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(20_000), put("a", "lost"));
    node.store.watch().deliver();
    node.store.rewind(2);
    for (int i = 0; i < 9; i++) {
      node.store.change(record(30_000 + i), put("a", "new" + i));
    }
    node.store.compact(node.store.newest());
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "new8", "b", "1"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /**
   * The newest applied write is overwritten, so a restore is indistinguishable from many writes.
   */
  @Test
  void aCompactedStoreWithoutProofIsOnAnotherHistory() {
    node.store.change(record(10_000), put("a", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(record(20_000), put("a", "2"));
    node.store.compact(3);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "2"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  /** The lost deletion was repeated after other changes, so the applied states never existed. */
  @Test
  void aRestoreThatLostADeletionIsDetected() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"));
    node.follow();
    node.store.acceptWatches();
    node.store.change(delete("b"));
    node.store.watch().deliver();
    node.store.rewind(2);
    node.store.change(put("c", "1"));
    node.store.change(delete("b"));
    node.store.compact(node.store.newest());
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(Map.of("a", "1", "c", "1"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
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
