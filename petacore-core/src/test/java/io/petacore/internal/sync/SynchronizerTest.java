package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.Synchronizer.State.CLOSED;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.STARTING;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.internal.format.CommitRecord;
import io.petacore.internal.mvcc.Applied;
import io.petacore.internal.mvcc.RecordingRevisionListener;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.internal.mvcc.Version;
import io.petacore.store.Event;
import io.petacore.store.Operation;
import io.petacore.store.RevisionEvents;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loading, following, and coming back, one step at a time. */
class SynchronizerTest {
  private final Node node = new Node();

  @AfterEach
  void nothingWasThrownAway() {
    assertEquals(List.of(), node.scheduler.failures());
  }

  // ---- loading and following

  @Test
  void itLoadsWhatThereIsAndFollowsFromTheNextRevision() {
    node.store.change(put("a", "1"), put("b", "2"));
    node.load();
    assertEquals(Map.of("a", "1", "b", "2"), node.contents());
    assertEquals(2, node.revision());
    assertEquals(3, node.store.watch().fromRevision());
    assertFalse(node.synced.isDone());
    assertEquals(STARTING, node.synchronizer.state());

    node.store.watch().open();
    assertTrue(node.synced.isDone());
    node.store.change(put("a", "3"), delete("b"), put("c", "4"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "3", "c", "4"), node.contents());
    assertEquals(3, node.revision());
    assertEquals(List.of(SYNCED), node.states);
  }

  @Test
  void anEmptyStoreIsAState() {
    node.follow();
    assertEquals(1, node.revision());
    assertEquals(Map.of(), node.contents());
    node.store.change(put("a", "1"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void itGoesOnTryingWhileTheStoreIsAway() {
    node.store.change(put("a", "1"));
    Kind[] outage = new Kind[40];
    Arrays.fill(outage, Kind.UNAVAILABLE);
    node.store.failNext(outage);
    node.load();
    assertEquals(Kind.UNAVAILABLE, node.synchronizer.lastFailure().orElseThrow().kind());
    for (int i = 0; i < 40 && node.store.watches().isEmpty(); i++) {
      node.pause();
    }
    assertEquals(1, node.store.watches().size());
    node.store.watch().open();
    assertTrue(node.synced.isDone());
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void pausesBetweenTriesGrowAndStayWithinABound() {
    Kind[] outage = new Kind[4000];
    Arrays.fill(outage, Kind.UNAVAILABLE);
    node.store.failNext(outage);
    node.load();
    node.scheduler.advance(Duration.ofMinutes(2));
    int early = node.store.ranges().size();
    node.scheduler.advance(Duration.ofMinutes(2));
    int late = node.store.ranges().size() - early;
    // Each try asks at most 4 times; pauses average half their bound of 2 s.
    assertTrue(late >= 60, "it goes on: " + late);
    assertTrue(late <= 4 * 300, "it does not storm: " + late);
  }

  // ---- a watch that ends

  @Test
  void aWatchThatEndedIsReopenedFromTheNextRevision() {
    ScriptedWatch first = node.follow();
    node.store.change(put("a", "1"));
    first.deliver();
    first.end(Kind.UNAVAILABLE);
    assertTrue(first.isClosed());
    assertEquals(DISCONNECTED, node.synchronizer.state());
    assertEquals(Map.of("a", "1"), node.contents(), "it serves what it has");
    node.store.change(put("a", "2"));

    node.pause();
    assertEquals(2, node.store.watches().size());
    assertEquals(3, node.store.watch().fromRevision());
    node.store.watch().open().deliver();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(List.of(SYNCED, DISCONNECTED, SYNCED), node.states);
    assertEquals(2, node.synchronizer.counters().watchesOpened());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void whatAnOldWatchStillSaysChangesNothing() {
    ScriptedWatch old = node.follow();
    old.end(Kind.UNAVAILABLE);
    node.pause();
    ScriptedWatch current = node.store.watch();
    node.store.change(put("a", "1"));
    Applied before = node.cache.applied();

    old.deliver();
    assertEquals(before, node.cache.applied());
    old.open();
    assertEquals(DISCONNECTED, node.synchronizer.state(), "the new one is not accepted yet");
    old.end(Kind.COMPACTED);
    node.pause();
    assertFalse(current.isClosed());
    assertEquals(2, node.store.watches().size());
    assertEquals(0, node.synchronizer.counters().resyncs());

    current.open().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void pausesBeginSmallAgainAfterAWatchHasHeld() {
    ScriptedWatch watch = node.follow();
    for (int i = 0; i < 20; i++) {
      node.store.watch().end(Kind.UNAVAILABLE);
      node.pause();
    }
    node.store.watch().open();
    node.scheduler.advance(Duration.ofHours(1));
    int opened = node.store.watches().size();
    assertTrue(watch.isClosed());
    node.store.watch().end(Kind.UNAVAILABLE);
    node.scheduler.advance(Duration.ofMillis(20));
    assertEquals(opened + 1, node.store.watches().size());
  }

  @Test
  void aWatchThatEndsTwiceIsReopenedOnce() {
    ScriptedWatch first = node.follow();
    first.end(Kind.UNAVAILABLE);
    first.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void beingCutOffIsToldOnceHoweverManyTriesFail() {
    node.follow().end(Kind.UNAVAILABLE);
    for (int i = 0; i < 3; i++) {
      node.pause();
      node.store.watch().end(Kind.UNAVAILABLE);
    }
    assertEquals(List.of(SYNCED, DISCONNECTED), node.states);
  }

  @Test
  void aWatchThatEndsBeforeItsHandleIsThereIsClosedAndReopened() {
    node.store.endWatchesAtOnce(true);
    node.load();
    assertTrue(node.store.watch().isClosed());
    node.store.endWatchesAtOnce(false);
    node.pause();
    assertFalse(node.store.watch().isClosed());
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  @Test
  void aWatchThatIsNeverAcceptedIsReopened() {
    node.load();
    ScriptedWatch silent = node.store.watch();
    node.scheduler.advance(Duration.ofSeconds(10));
    assertTrue(silent.isClosed());
    assertTrue(node.store.watches().size() >= 2);
    assertFalse(node.store.watch().isClosed());
  }

  @Test
  void theTimerOfAnEndedWatchLeavesTheNextOneAlone() {
    node.load();
    node.scheduler.advance(Duration.ofSeconds(3));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause(); // the next one is opened at most 2 s later, and its own bound is 5 s
    ScriptedWatch next = node.store.watch();
    node.scheduler.advance(Duration.ofSeconds(2));
    assertFalse(next.isClosed());
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void anAcceptedWatchMayBeQuietForLong() {
    ScriptedWatch watch = node.follow();
    node.scheduler.advance(Duration.ofHours(1));
    assertFalse(watch.isClosed());
    assertEquals(1, node.store.watches().size());
  }

  @Test
  void aWatchWhoseClosingThrowsIsReopenedAllTheSame() {
    ScriptedWatch first = node.follow();
    first.throwOnClose();
    first.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void whatIsAppliedAlreadyIsDropped() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    watch.deliver();
    Applied applied = node.cache.applied();
    watch.tell(watch.revision(2), watch.revision(3));
    assertEquals(applied, node.cache.applied());
    assertEquals(Map.of("a", "2"), node.contents());
    node.store.change(record(30_000), put("a", "3"));
    watch.tell(watch.revision(2), watch.revision(3), watch.revision(4));
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  // ---- a confirmed revision that does not come

  @Test
  void aWatchThatIsSilentAboutARevisionIsReopened() {
    ScriptedWatch silent = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    assertTrue(silent.isClosed());
    node.pause();
    node.store.watch().open().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void aRevisionThatHasComeIsNoReason() {
    ScriptedWatch watch = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    watch.deliver();
    node.synchronizer.expect(revision);
    node.pause();
    assertFalse(watch.isClosed());
  }

  @Test
  void aWatchThatIsCatchingUpIsLeftAlone() {
    ScriptedWatch watch = node.follow();
    for (int i = 0; i < 100; i++) {
      node.store.change(put("a", "" + i));
    }
    long last = node.store.newest();
    for (int i = 0; i < 50; i++) {
      node.scheduler.advance(Duration.ofMillis(500));
      watch.deliver(1);
      node.synchronizer.expect(last);
    }
    assertFalse(watch.isClosed(), "it would begin again and again, and never get there");
    node.scheduler.advance(Duration.ofSeconds(5));
    assertTrue(watch.isClosed(), "but then it said nothing for long");
  }

  /** A slow connection would never be made if every overdue commit began it anew. */
  @Test
  void aWatchThatIsNotAcceptedYetIsGivenItsOwnTime() {
    node.follow();
    long revision = node.store.change(put("a", "1"));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.synchronizer.expect(revision);
    node.scheduler.advance(Duration.ofSeconds(4));
    assertEquals(2, node.store.watches().size());
    assertFalse(node.store.watch().isClosed());
    node.store.watch().open().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void aWatchThatWasJustOpenedIsGivenTime() {
    ScriptedWatch first = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    node.pause();
    ScriptedWatch second = node.store.watch();
    assertTrue(first.isClosed());
    second.open();
    for (int i = 0; i < 256; i++) {
      node.synchronizer.expect(revision);
    }
    assertFalse(second.isClosed());
    second.deliver();
    node.scheduler.advance(Duration.ofSeconds(10));
    assertFalse(second.isClosed());
  }

  // ---- the store has forgotten what is wanted

  @Test
  void afterCompactionEverythingIsLoadedAgain() {
    node.store.change(record(10_000), put("same", "1"), put("changed", "1"), put("gone", "1"));
    ScriptedWatch watch = node.follow();
    long before = node.version();
    Version same = node.find("same");
    long changed = node.store.change(record(20_000), put("changed", "2"), put("new", "2"));
    node.store.change(record(30_000), delete("gone"));
    node.store.change(record(40_000), put("passing", "3"));
    node.store.change(record(50_000), delete("passing"));
    node.store.compact(node.store.newest());
    watch.end(Kind.COMPACTED);
    assertEquals(before, node.version(), "the old state is there until the new one is whole");
    node.pause();

    Map<String, String> expected = Map.of("same", "1", "changed", "2", "new", "2");
    assertEquals(expected, node.contents());
    assertEquals(Map.of("same", "1", "changed", "1", "gone", "1"), node.contents(before));
    assertEquals(node.store.newest(), node.revision());
    assertEquals(50_000, node.version());
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
  void compactionIsNoticedBeforeTheWatchIsOpened() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.UNAVAILABLE);
    node.store.change(put("a", "1"));
    node.store.change(put("a", "2"));
    node.store.compact(3);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertFalse(last().anotherHistory());
    assertEquals(4, node.store.watch().fromRevision());
  }

  @Test
  void aReaderOfTheOldStateSeesItWholeThroughAResync() {
    node.store.change(put("a", "1"), put("b", "1"));
    ScriptedWatch watch = node.follow();
    long old = node.version();
    assertTrue(node.cache.pin(old));
    node.store.change(put("a", "2"), delete("b"), put("c", "2"));
    node.store.compact(3);
    node.store.hold();
    watch.end(Kind.COMPACTED);
    node.pause();
    assertEquals(1, node.store.countHeld());
    assertEquals(old, node.version());
    node.store.stopHolding();
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    node.scheduler.advance(Node.RETENTION.multipliedBy(2));
    node.synchronizer.freeHistory();
    assertEquals(Map.of("a", "1", "b", "1"), node.contents(old));
    assertEquals(Map.of("a", "2", "c", "2"), node.contents());
  }

  @Test
  void aStoreThatForgetsFasterThanItIsReadIsNotStormed() {
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
    assertTrue(asked < 400, "asked for " + asked + " ranges in a minute");
    assertTrue(asked > 20, "asked for " + asked + " ranges in a minute");
    node.pause();
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  // ---- the same sequence?

  @Test
  void aJumpInTheWritesOfTheCommitRecordIsAHole() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("b", "2"));
    node.store.change(record(30_000), put("c", "3"));
    watch.deliver(1);
    watch.skipTo(4);
    watch.deliver();
    assertTrue(watch.isClosed());
    assertEquals(2, node.revision(), "what came after the hole is not applied by itself");
    assertEquals(DISCONNECTED, node.synchronizer.state());
    node.pause();
    assertEquals(Map.of("a", "1", "b", "2", "c", "3"), node.contents());
    assertEquals(1, node.synchronizer.counters().resyncs());
    node.store.watch().open();
    assertEquals(List.of(SYNCED, DISCONNECTED, SYNCED), node.states);
  }

  @Test
  void afterAResyncTheSequenceGoesOn() {
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

  // ---- the same history?

  @Test
  void aStoreThatWasSetBackIsNoticedByItsCommitRecord() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("kept", "1"), put("a", "1"));
    node.store.change(record(20_000), put("a", "lost"), put("lost", "2"));
    watch.deliver();
    long version = node.version();
    CompletableFuture<Applied> waiter = node.cache.whenApplied(4);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    // The same numbers, and other data under them.
    node.store.change(record(20_001), put("a", "new"), put("new", "2"));
    node.pause();
    node.pause();
    assertEquals(Map.of("kept", "1", "a", "new", "new", "2"), node.contents());
    assertTrue(node.version() > version, "versions go on rising");
    assertThrows(TransactionTooOldException.class, () -> node.contents(version), "a lost world");
    assertTrue(waiter.isDone());
    assertInstanceOf(
        PetaCoreException.class, assertThrows(CompletionException.class, waiter::join).getCause());
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertEquals(4, node.store.watch().fromRevision());
  }

  @Test
  void aStoreThatWasSetBackIsNoticedByItsRevision() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "lost"));
    node.store.change(put("b", "lost"));
    watch.deliver();
    long version = node.version();
    CompletableFuture<Applied> waiter = node.cache.whenApplied(5);
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(2);
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.revision());
    assertTrue(node.version() > version);
    CompletionException lost = assertThrows(CompletionException.class, waiter::join);
    assertInstanceOf(StoreUnavailableException.class, lost.getCause());
    node.store.watch().open();
    node.store.change(record(30_000), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(3, node.revision());
  }

  @Test
  void aStoreThatHasFewerRevisionsIsAnotherHistory() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "1"));
    node.store.change(put("lost", "2"));
    watch.deliver();
    node.store.rewind(2);
    watch.end(Kind.COMPACTED);
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.revision());
    assertTrue(last().anotherHistory());
  }

  /** A revision of the old history will never come: its watch is not to blame. */
  @Test
  void onAnotherHistoryNothingIsExpectedAnyMore() {
    ScriptedWatch watch = node.follow();
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

  /** And is past the applied revision again when it is loaded. */
  @Test
  void aStoreThatWasSetBackAndWentOnIsStillAnotherHistory() {
    ScriptedWatch watch = node.follow();
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
    assertTrue(last().anotherHistory());
  }

  @Test
  void onAnotherHistoryEqualModRevisionsProveNothing() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "old"));
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.store.rewind(1);
    node.store.change(record(10_001), put("a", "new")); // the same mod revision, 2
    node.pause();
    node.pause();
    assertEquals(Map.of("a", "new"), node.contents());
  }

  /** Sets the store back, and lets it forget what could be compared. */
  private void assertAnotherHistory(long rewindTo, Operation[]... revisions) {
    node.store.watch().deliver();
    CompletableFuture<Applied> waiter = node.cache.whenApplied(100);
    node.store.watch().end(Kind.UNAVAILABLE);
    node.store.rewind(rewindTo);
    for (Operation[] revision : revisions) {
      node.store.change(revision);
    }
    node.store.compact(node.store.newest());
    node.pause();
    node.pause();
    assertTrue(last().loaded());
    assertTrue(last().anotherHistory());
    assertTrue(waiter.isCompletedExceptionally());
  }

  private static Operation[] revision(Operation... changes) {
    return changes;
  }

  private RecordingRevisionListener.Told last() {
    return node.listener.told.get(node.listener.told.size() - 1);
  }

  @Test
  void whereAllWasForgottenAnotherHistoryIsNoticedByAValue() {
    node.follow();
    node.store.change(put("a", "old"));
    assertAnotherHistory(1, revision(put("a", "new")), revision(record(20_000), put("b", "new")));
    assertEquals(Map.of("a", "new", "b", "new"), node.contents());
  }

  @Test
  void whereAllWasForgottenAnotherHistoryIsNoticedByARecordThatWentBack() {
    node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    assertAnotherHistory(2, revision(put("b", "3")), revision(put("b", "4")));
    assertEquals(Map.of("a", "1", "b", "4"), node.contents());
  }

  @Test
  void whereAllWasForgottenAnotherHistoryIsNoticedByAnotherRecord() {
    node.follow();
    node.store.change(record(10_000), put("a", "1"));
    assertAnotherHistory(1, revision(record(10_001), put("b", "1")), revision(put("b", "2")));
    assertEquals(Map.of("b", "2"), node.contents());
  }

  @Test
  void aCompactedStoreThatOnlyWentOnIsTheSameHistory() {
    node.store.change(record(10_000), put("a", "1"), put("b", "1"));
    ScriptedWatch watch = node.follow();
    node.store.change(record(20_000), put("a", "2"), delete("b"));
    node.store.compact(3);
    watch.end(Kind.COMPACTED);
    CompletableFuture<Applied> waiter = node.cache.whenApplied(100);
    node.pause();
    assertEquals(Map.of("a", "2"), node.contents());
    assertTrue(last().loaded());
    assertFalse(last().anotherHistory());
    assertFalse(waiter.isDone());
  }

  // ---- what the commit record says

  @Test
  void aVersionIsTheTimestampOfTheCommitOrTheNextNumber() {
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.version());
    node.store.change(record(10_000), put("a", "1"));
    watch.deliver();
    assertEquals(10_000, node.version());
    node.store.change(put("a", "foreign"));
    watch.deliver();
    assertEquals(10_001, node.version());
    node.store.change(record(9_000), put("a", "late clock"));
    watch.deliver();
    assertEquals(10_002, node.version());
    node.store.change(record(10_003), put("a", "4"));
    watch.deliver();
    assertEquals(10_003, node.version());
  }

  @Test
  void theClockReceivesWhatItSees() {
    node.store.change(record(1_000_300));
    ScriptedWatch watch = node.follow();
    assertEquals(1_000_301, node.clock.now(), "from the load");
    node.store.change(record(1_000_900));
    watch.deliver();
    assertEquals(1_000_901, node.clock.now(), "from the watch");
  }

  @Test
  void aTimestampTooFarAheadStaysOutOfTheClock() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(1_001_001), put("a", "1"));
    watch.deliver();
    assertEquals(1_001_001, node.version(), "the version is that of all nodes");
    assertEquals(1_000_000, node.clock.now());
    assertEquals(1, node.synchronizer.counters().clocksRefused());
    node.store.change(record(1_000_500));
    watch.deliver();
    assertEquals(1_001_002, node.version());
    assertEquals(1, node.synchronizer.counters().clocksRefused());
  }

  @Test
  void aMalformedRecordCountsAsNone() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(Bytes.utf8("garbage")), put("a", "2"));
    node.store.change(record(Bytes.EMPTY), put("a", "3"));
    watch.deliver();
    assertEquals(10_002, node.version());
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(2, node.synchronizer.counters().malformedRecords());
    node.store.change(record(20_000), put("a", "4"));
    watch.deliver();
    assertEquals(20_000, node.version(), "and the sequence goes on");
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void aMalformedRecordInTheLoadCountsAsNone() {
    node.store.change(record(Bytes.utf8("garbage")), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.version());
    assertEquals(1, node.synchronizer.counters().malformedRecords());
    watch.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(0, node.synchronizer.counters().resyncs(), "it is still the same history");
    node.store.watch().open();
    node.store.change(record(20_000));
    node.store.watch().deliver();
    assertEquals(20_000, node.version());
  }

  @Test
  void aRecordThatSomebodyDeletedBeginsAnew() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(new Operation.Delete(Node.recordKey()));
    watch.deliver();
    assertEquals(10_001, node.version());
    watch.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(2, node.store.watches().size(), "no record is what is expected");
    node.store.watch().open();
    node.store.change(record(20_000), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(20_000, node.version());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  // ---- what is told of

  @Test
  void everyPublicationIsToldOfWithItsBookkeeping() {
    node.store.change(record(10_000), put("\0s/1", "one"), put("\0x", "turn"), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(1, node.listener.told.size());
    assertTrue(last().loaded());
    assertFalse(last().anotherHistory());
    assertEquals(node.cache.applied(), last().now());
    assertEquals(2, last().commits().recordRevision());
    assertEquals(10_000, hlc(last()));
    assertEquals(
        List.of(bookkeeping("\0s/1", 2, "one"), bookkeeping("\0x", 2, "turn")),
        last().commits().bookkeeping());

    node.store.change(put("a", "2"));
    watch.deliver();
    assertFalse(last().loaded());
    assertEquals(node.cache.applied(), last().now());
    assertEquals(2, last().commits().recordRevision(), "as it stands");
    assertNull(last().commits().record(), "not of this revision");
    assertEquals(List.of(), last().commits().bookkeeping());

    node.store.change(put("\0s/1", "raised"), delete("\0x"), record(20_000));
    node.store.change(record(Bytes.utf8("garbage")));
    watch.deliver();
    assertEquals(4, node.listener.told.size());
    RecordingRevisionListener.Told third = node.listener.told.get(2);
    assertEquals(4, third.commits().recordRevision());
    assertEquals(20_000, hlc(third));
    assertEquals(
        List.of(bookkeeping("\0s/1", 4, "raised"), new Bookkeeping(Bytes.utf8("\0x"), 0, null)),
        third.commits().bookkeeping());
    assertEquals(5, last().commits().recordRevision());
    assertNull(last().commits().record());
    assertEquals(0, node.synchronizer.counters().ignoredKeys());

    watch.tell(watch.revision(4));
    assertEquals(4, node.listener.told.size(), "what was applied is not told again");
  }

  private static Bookkeeping bookkeeping(String key, long revision, String value) {
    return new Bookkeeping(Bytes.utf8(key), revision, Bytes.utf8(value));
  }

  private static long hlc(RecordingRevisionListener.Told told) {
    CommitRecord record = told.commits().record();
    return record == null ? 0 : record.hlc();
  }

  // ---- strangers

  @Test
  void foreignKeysInReservedPlacesAreIgnoredAndCounted() {
    node.store.change(put("\0foreign", "1"), put("", "1"), put("a", "1"));
    ScriptedWatch watch = node.follow();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(2, node.synchronizer.counters().ignoredKeys());
    node.store.change(put("\0", "2"), put("", "2"), put("a", "2"));
    node.store.change(delete("\0foreign"), delete(""));
    watch.deliver();
    assertEquals(Map.of("a", "2"), node.contents());
    assertEquals(1, node.cache.applied().keys());
    assertEquals(6, node.synchronizer.counters().ignoredKeys());
    assertEquals(4, node.revision());
  }

  @Test
  void ownBookkeepingIsNotCountedAsForeign() {
    node.store.change(put("\0f", "petacore 1 buckets=4096"), put("\0s/1", "x"), put("\0x", "x"));
    ScriptedWatch watch = node.follow();
    node.store.change(put("\0d/7", ""), put("\0s/2", "x"));
    watch.deliver();
    assertEquals(0, node.synchronizer.counters().ignoredKeys());
    assertEquals(Map.of(), node.contents());
    assertEquals(0, node.cache.applied().keys());
    assertEquals(3, node.find("\0d/7").modRevision());
    assertNull(node.cache.find(Bytes.utf8("\0s/2"), node.version()));
  }

  @Test
  void aNamespaceInsideIsNoticedInTheLoad() {
    node.store.change(put("inner/\0f", "petacore 1 buckets=4096"));
    node.follow();
    assertEquals(Bytes.utf8("n/inner/\0f"), node.synchronizer.nestedNamespace().orElseThrow());
  }

  @Test
  void aNamespaceInsideIsNoticedByTheWatch() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("x\0f", "just data"), put("\0f", "petacore 1 buckets=4096"));
    watch.deliver();
    assertTrue(node.synchronizer.nestedNamespace().isEmpty());
    node.store.change(put("x/\0f", "petacore 9 whatever"));
    watch.deliver();
    assertEquals(Bytes.utf8("n/x/\0f"), node.synchronizer.nestedNamespace().orElseThrow());
  }

  @Test
  void ofSeveralChangesToAKeyTheLastWins() {
    ScriptedWatch watch = node.follow();
    Bytes key = Bytes.utf8("n/a");
    watch.tell(
        new RevisionEvents(
            2,
            List.of(
                new Event(key, Bytes.utf8("1"), 1),
                new Event(key, null, 0),
                new Event(key, Bytes.utf8("2"), 1))));
    assertEquals(Map.of("a", "2"), node.contents());
    watch.tell(
        new RevisionEvents(
            3, List.of(new Event(key, Bytes.utf8("3"), 2), new Event(key, null, 0))));
    assertEquals(Map.of(), node.contents());
    assertEquals(0, node.cache.applied().keys());
  }

  // ---- steps that throw

  @Test
  void aStoreThatThrowsInTheLoadIsAskedAgain() {
    node.store.change(put("a", "1"));
    node.store.throwNext(new IllegalArgumentException("scripted"));
    node.load();
    node.pause();
    assertEquals(1, node.store.watches().size());
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void aStoreThatThrowsBeforeAWatchIsAskedAgain() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.UNAVAILABLE);
    node.store.throwNext(new IllegalArgumentException("scripted"));
    node.pause();
    node.pause();
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void aStoreThatThrowsInsteadOfWatchingIsAskedAgain() {
    node.store.throwOnWatch(new IllegalArgumentException("scripted"));
    node.load();
    assertEquals(0, node.store.watches().size());
    node.pause();
    assertEquals(1, node.store.watches().size());
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  @Test
  void aRevisionThatCantBeAppliedIsLoaded() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(1_000_100), put("a", "1"));
    node.clockFailure = new IllegalStateException("scripted");
    watch.deliver();
    assertTrue(watch.isClosed());
    assertEquals(DISCONNECTED, node.synchronizer.state());
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(1_000_100, node.version());
    node.store.watch().open();
    node.store.change(record(1_000_200), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "2"), node.contents());
  }

  @Test
  void aStateThatCantBeTakenIsLoadedAgain() {
    node.store.change(record(1_000_100), put("a", "1"));
    node.clockFailure = new IllegalStateException("scripted");
    node.load();
    assertEquals(0, node.revision());
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(1, node.store.watches().size());
  }

  // ---- closing

  @Test
  void closedWhileItLoadsItAppliesNothing() {
    node.store.change(put("a", "1"));
    node.store.hold();
    node.load();
    node.synchronizer.close();
    node.store.nextHeld().answer();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(0, node.revision());
    assertEquals(0, node.store.watches().size());
    assertEquals(0, node.store.countHeld(), "it asks for nothing more");
    assertInstanceOf(
        StoreUnavailableException.class,
        assertThrows(CompletionException.class, node.synced::join).getCause());
    assertEquals(List.of(CLOSED), node.states);
  }

  @Test
  void closedWhileItLoadsAgainItAppliesNothing() {
    node.store.change(put("a", "1"));
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "2"));
    watch.end(Kind.COMPACTED);
    node.store.hold();
    node.pause();
    Applied applied = node.cache.applied();
    node.synchronizer.close();
    node.store.nextHeld().answer();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(applied, node.cache.applied());
    assertEquals(0, node.store.countHeld());
    assertEquals(List.of(SYNCED, DISCONNECTED, CLOSED), node.states);
  }

  @Test
  void closedBeforeItReadsAgainItAsksForNothing() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.COMPACTED);
    int asked = node.store.ranges().size();
    node.synchronizer.close();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(asked, node.store.ranges().size());
  }

  @Test
  void closedWhileItReadsTheRecordItOpensNoWatch() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.UNAVAILABLE);
    node.store.hold();
    node.pause();
    node.synchronizer.close();
    node.store.nextHeld().answer();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(1, node.store.watches().size());
  }

  @Test
  void closedBeforeTheWatchIsAcceptedItStaysClosed() {
    node.load();
    ScriptedWatch watch = node.store.watch();
    node.synchronizer.close();
    assertTrue(watch.isClosed());
    watch.open();
    assertEquals(List.of(CLOSED), node.states);
    assertTrue(node.synced.isCompletedExceptionally());
  }

  @Test
  void closedWhileItFollowsItAppliesNothingMore() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "1"));
    CompletableFuture<Applied> waiter = node.cache.whenApplied(2);
    node.synchronizer.close();
    assertTrue(watch.isClosed());
    watch.deliver();
    watch.end(Kind.UNAVAILABLE);
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(1, node.revision());
    assertEquals(1, node.store.watches().size());
    assertEquals(List.of(SYNCED, CLOSED), node.states);
    assertTrue(waiter.isDone());
    assertInstanceOf(
        StorageClosedException.class,
        assertThrows(CompletionException.class, waiter::join).getCause());
    node.synchronizer.close();
    assertEquals(List.of(SYNCED, CLOSED), node.states);
  }

  /** Fails, by not ending, where history is looked for in indexes that were emptied. */
  @Test
  void closedItLetsEverythingGo() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "1"));
    node.store.change(delete("a"));
    watch.deliver();
    node.synchronizer.close();
    node.scheduler.advance(Node.RETENTION.multipliedBy(2));
    node.synchronizer.freeHistory();
    assertThrows(StorageClosedException.class, () -> node.cache.newest(Bytes.utf8("a")));
  }

  @Test
  void closedWhileItPausesItStaysClosed() {
    node.store.failNext(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);
    node.load();
    node.synchronizer.close();
    int asked = node.store.ranges().size();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(asked, node.store.ranges().size());
  }
}
