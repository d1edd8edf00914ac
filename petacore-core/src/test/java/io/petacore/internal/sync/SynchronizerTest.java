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
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.Operation;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The life cycle of the replication: loads, watch sessions, close. */
class SynchronizerTest {
  private final Node node = new Node();

  @AfterEach
  void noExceptionWasLost() {
    assertEquals(List.of(), node.scheduler.failures());
  }

  // ---- load and watch

  /** Fails if a status listener is not notified during a long initial load. */
  @Test
  void aLongInitialLoadReportsItsProgress() {
    node.store.change(fiveHundredKeys());
    node.store.hold();
    node.load();
    int before = node.states.size();
    node.scheduler.advance(Duration.ofSeconds(1));
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    assertEquals(StateLoader.FIRST_PAGE, node.synchronizer.loading());
    assertEquals(List.of(STARTING), node.states.subList(before, node.states.size()));
    assertEquals(0, node.revision(), "nothing can be read before all is there");
  }

  /** Fails if a status listener is not notified during a long resync. */
  @Test
  void aLongResyncReportsItsProgress() {
    node.store.change(fiveHundredKeys());
    node.follow().end(Kind.COMPACTED);
    node.store.hold();
    node.pause();
    int before = node.states.size();
    node.scheduler.advance(Duration.ofSeconds(1));
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    assertEquals(StateLoader.FIRST_PAGE, node.synchronizer.loading());
    assertEquals(List.of(DISCONNECTED), node.states.subList(before, node.states.size()));
    while (node.store.countHeld() > 0) {
      node.store.nextHeld().answer();
      node.scheduler.runDue();
    }
    assertEquals(0, node.synchronizer.loading());
    assertEquals(500, node.contents().size());
  }

  private static Operation[] fiveHundredKeys() {
    Operation[] keys = new Operation[500];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = put("key-%03d".formatted(i), "value");
    }
    return keys;
  }

  @Test
  void theWatchStartsAtTheRevisionAfterTheLoadedOne() {
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
  void anEmptyStoreCanBeLoaded() {
    node.follow();
    assertEquals(1, node.revision());
    assertEquals(Map.of(), node.contents());
    node.store.change(put("a", "1"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void theLoadIsRetriedWhileTheStoreIsUnavailable() {
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
  void theBackoffGrowsUpToItsBound() {
    Kind[] outage = new Kind[4000];
    Arrays.fill(outage, Kind.UNAVAILABLE);
    node.store.failNext(outage);
    node.load();
    node.scheduler.advance(Duration.ofMinutes(2));
    int early = node.store.ranges().size();
    node.scheduler.advance(Duration.ofMinutes(2));
    int late = node.store.ranges().size() - early;
    // Each attempt sends at most 4 requests; backoffs average half their bound of 2 s.
    assertTrue(late >= 60, "attempts continue: " + late);
    assertTrue(late <= 4 * 300, "it does not storm: " + late);
  }

  // ---- the end of a watch

  /** Fails if the next attempt after an election may be seconds away. */
  @Test
  void howeverManyWatchesAreRefusedTheNextFollowsSoon() {
    node.load();
    for (int i = 1; i <= 50; i++) {
      node.store.watch().end(Kind.UNAVAILABLE);
      node.scheduler.advance(Duration.ofMillis(500));
      assertEquals(i + 1, node.store.watches().size());
    }
  }

  @Test
  void aWatchThatEndedIsReopenedAtTheNextRevision() {
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
  void eventsOfAReplacedWatchAreIgnored() {
    ScriptedWatch old = node.follow();
    old.end(Kind.UNAVAILABLE);
    node.pause();
    ScriptedWatch current = node.store.watch();
    node.store.change(put("a", "1"));
    AppliedState before = node.cache.applied();

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
  void aWatchThatLastedResetsTheBackoff() {
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
  void aDisconnectionIsReportedOnce() {
    node.follow().end(Kind.UNAVAILABLE);
    for (int i = 0; i < 3; i++) {
      node.pause();
      node.store.watch().end(Kind.UNAVAILABLE);
    }
    assertEquals(List.of(SYNCED, DISCONNECTED), node.states);
  }

  @Test
  void aWatchThatEndsBeforeItsHandleIsKnownIsClosedAndReopened() {
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
  void theOpeningTimeoutOfAnEndedWatchDoesNotAffectTheNextOne() {
    node.load();
    node.scheduler.advance(Duration.ofSeconds(3));
    node.store.watch().end(Kind.UNAVAILABLE);
    node.pause(); // the next one is opened soon, and its own bound is 5 s
    ScriptedWatch next = node.store.watch();
    node.scheduler.advance(Duration.ofSeconds(2));
    assertFalse(next.isClosed());
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void anAcceptedWatchMayBeIdle() {
    ScriptedWatch watch = node.follow();
    node.scheduler.advance(Duration.ofHours(1));
    assertFalse(watch.isClosed());
    assertEquals(1, node.store.watches().size());
  }

  @Test
  void aWatchThatFailsToCloseIsStillReopened() {
    ScriptedWatch first = node.follow();
    first.throwOnClose();
    first.end(Kind.UNAVAILABLE);
    node.pause();
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void appliedRevisionsAreDropped() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("a", "2"));
    watch.deliver();
    AppliedState applied = node.cache.applied();
    watch.deliver(watch.revision(2), watch.revision(3));
    assertEquals(applied, node.cache.applied());
    assertEquals(Map.of("a", "2"), node.contents());
    node.store.change(record(30_000), put("a", "3"));
    watch.deliver(watch.revision(2), watch.revision(3), watch.revision(4));
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  // ---- a known revision that is not delivered

  @Test
  void aWatchThatDoesNotDeliverAKnownRevisionIsReopened() {
    ScriptedWatch silent = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    node.scheduler.advance(Duration.ofMillis(999));
    assertFalse(silent.isClosed(), "nothing was missing while it was idle");
    node.scheduler.advance(Duration.ofMillis(1));
    assertTrue(silent.isClosed());
    node.pause();
    node.store.watch().open().deliver();
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void anAppliedRevisionIsNotMissing() {
    ScriptedWatch watch = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    watch.deliver();
    node.synchronizer.expect(revision);
    node.pause();
    assertFalse(watch.isClosed());
  }

  /** The bound counts from the revision that is missing, not from an earlier one that came. */
  @Test
  void everyMissingRevisionIsGivenTheWholeBound() {
    ScriptedWatch watch = node.follow();
    node.synchronizer.expect(node.store.change(put("a", "1")));
    watch.deliver();
    node.scheduler.advance(Duration.ofMillis(900));
    node.synchronizer.expect(node.store.change(put("a", "2")));
    node.scheduler.advance(Duration.ofMillis(999));
    assertFalse(watch.isClosed());
    node.scheduler.advance(Duration.ofMillis(1));
    assertTrue(watch.isClosed());
  }

  /** Commits that are confirmed all the time must not put off the check of a silent watch. */
  @Test
  void revisionsThatBecomeKnownDoNotExtendTheBound() {
    ScriptedWatch watch = node.follow();
    for (int i = 0; i < 10; i++) {
      assertFalse(watch.isClosed());
      node.synchronizer.expect(node.store.change(put("a", "" + i)));
      node.scheduler.advance(Duration.ofMillis(100));
    }
    assertTrue(watch.isClosed());
  }

  @Test
  void aWatchThatIsCatchingUpIsKept() {
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

  /** A slow connection would never be established if every missing revision restarted it. */
  @Test
  void aWatchThatIsNotAcceptedYetHasItsOwnTimeout() {
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
  void aNewWatchHasTheWholeSilenceBound() {
    ScriptedWatch first = node.follow();
    node.scheduler.advance(Duration.ofSeconds(3));
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    node.scheduler.advance(Duration.ofSeconds(1));
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

  /** A commit of 900 KB over 2 Mbit/s would never arrive if the watch was replaced every second. */
  @Test
  void aWatchThatReceivesBytesIsKept() {
    ScriptedWatch watch = node.follow();
    long revision = node.store.change(put("a", "1"));
    for (int i = 0; i < 100; i++) {
      node.synchronizer.expect(revision);
      node.scheduler.advance(Duration.ofMillis(500));
      watch.receive(1_000);
    }
    assertFalse(watch.isClosed());
    watch.deliver();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void aWatchThatReceivesNoMoreBytesIsReplaced() {
    ScriptedWatch watch = node.follow();
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    watch.receive(1_000);
    node.scheduler.advance(Duration.ofSeconds(4));
    assertTrue(watch.isClosed());
  }

  // ---- revisions that no watch delivers

  /** Has the next watch accepted, and ends it after a part of a message. */
  private void failToCatchUp(Kind kind) {
    if (node.store.watch().isClosed()) {
      node.pause();
    }
    ScriptedWatch watch = node.store.watch();
    assertFalse(watch.isClosed(), "it tries again");
    watch.open();
    watch.receive(1_000);
    watch.end(kind);
  }

  /** Fails if a message that cannot be received is requested forever. */
  @ParameterizedTest
  @EnumSource(names = {"TOO_LARGE", "UNAVAILABLE"})
  void revisionsThatNoWatchDeliversAreLoaded(Kind kind) {
    ScriptedWatch first = node.follow();
    long before = node.revision();
    first.end(Kind.UNAVAILABLE);
    node.store.change(put("a", "1"));
    node.store.change(put("b", "1"));
    for (int i = 0; i < CatchUp.MAX_FAILURES; i++) {
      assertEquals(before, node.revision());
      failToCatchUp(kind);
    }
    node.pause();
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertEquals(Map.of("a", "1", "b", "1"), node.contents());
    assertFalse(node.lastPublication().anotherHistory());
    assertEquals(node.store.newest() + 1, node.store.watch().fromRevision());
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  /** Once per series of failures, with its reason and size. */
  @Test
  void failuresToCatchUpAreLoggedOnce() {
    node.follow().end(Kind.UNAVAILABLE);
    String logged =
        Logged.during(
            () -> {
              for (int i = 0; i < 3 * CatchUp.MAX_FAILURES; i++) {
                node.store.change(put("a", "" + i));
                failToCatchUp(Kind.TOO_LARGE);
                node.pause();
              }
            });
    assertEquals(3, node.synchronizer.counters().resyncs());
    List<String> warnings = logged.lines().filter(line -> line.contains("WARN")).toList();
    assertEquals(1, warnings.size(), logged);
    assertTrue(warnings.get(0).contains("1000 bytes"), logged);
    assertTrue(warnings.get(0).contains("scripted: TOO_LARGE"), logged);
  }

  /** A connection that breaks under load makes progress each time. */
  @Test
  void watchesThatDeliveredBeforeTheyBrokeAreNotFailures() {
    node.follow().end(Kind.UNAVAILABLE);
    for (int i = 0; i < 20; i++) {
      node.store.change(put("a", "" + i));
      node.pause();
      ScriptedWatch watch = node.store.watch().open();
      watch.deliver();
      watch.receive(1_000);
      watch.end(Kind.UNAVAILABLE);
    }
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void watchesThatBreakWhileIdleAreNotFailures() {
    node.follow().end(Kind.UNAVAILABLE);
    for (int i = 0; i < 20; i++) {
      node.pause();
      node.store.watch().open().end(Kind.UNAVAILABLE);
    }
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  @Test
  void watchesThatAreNotAcceptedAreNotFailures() {
    node.follow().end(Kind.UNAVAILABLE);
    for (int i = 0; i < 20; i++) {
      node.pause();
      node.store.watch().end(Kind.UNAVAILABLE);
    }
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  /** A store may take long to collect the missing revisions, so each watch gets more time. */
  @Test
  void theSilenceBoundDoublesWithEachFailure() {
    node.follow().end(Kind.UNAVAILABLE);
    long revision = node.store.change(put("a", "1"));
    node.synchronizer.expect(revision);
    for (int seconds : new int[] {1, 2, 4}) {
      node.pause();
      ScriptedWatch watch = node.store.watch().open();
      node.scheduler.advance(Duration.ofMillis(1_000L * seconds - 1));
      assertFalse(watch.isClosed(), "before " + seconds + " s");
      node.scheduler.advance(Duration.ofSeconds(2));
      assertTrue(watch.isClosed(), "at last, after " + seconds + " s");
    }
    node.pause();
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertEquals(Map.of("a", "1"), node.contents());
  }

  // ---- unexpected exceptions

  @Test
  void anExceptionInTheLoadIsRetried() {
    node.store.change(put("a", "1"));
    node.store.throwNext(new IllegalArgumentException("scripted"));
    node.load();
    node.pause();
    assertEquals(1, node.store.watches().size());
    assertEquals(Map.of("a", "1"), node.contents());
  }

  @Test
  void anExceptionInTheHistoryCheckIsRetried() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.UNAVAILABLE);
    node.store.throwNext(new IllegalArgumentException("scripted"));
    node.pause();
    node.pause();
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void anExceptionOnOpeningAWatchIsRetried() {
    node.store.throwOnWatch(new IllegalArgumentException("scripted"));
    node.load();
    assertEquals(0, node.store.watches().size());
    node.pause();
    assertEquals(1, node.store.watches().size());
    node.store.watch().open();
    assertEquals(SYNCED, node.synchronizer.state());
  }

  @Test
  void aRevisionThatCannotBeAppliedCausesAResync() {
    ScriptedWatch watch = node.follow();
    node.store.change(record(1_000_100), put("a", "1"));
    node.clockFailure = new IllegalStateException("scripted");
    watch.deliver();
    assertTrue(watch.isClosed());
    assertEquals(DISCONNECTED, node.synchronizer.state());
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(1_000_100, node.timestamp());
    node.store.watch().open();
    node.store.change(record(1_000_200), put("a", "2"));
    node.store.watch().deliver();
    assertEquals(Map.of("a", "2"), node.contents());
  }

  @Test
  void aLoadedStateThatCannotBeAppliedIsLoadedAgain() {
    node.store.change(record(1_000_100), put("a", "1"));
    node.clockFailure = new IllegalStateException("scripted");
    node.load();
    assertEquals(0, node.revision());
    node.pause();
    assertEquals(Map.of("a", "1"), node.contents());
    assertEquals(1, node.store.watches().size());
  }

  // ---- close

  @Test
  void nothingIsAppliedAfterCloseDuringTheInitialLoad() {
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
  void nothingIsAppliedAfterCloseDuringAResync() {
    node.store.change(put("a", "1"));
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "2"));
    watch.end(Kind.COMPACTED);
    node.store.hold();
    node.pause();
    AppliedState applied = node.cache.applied();
    node.synchronizer.close();
    node.store.nextHeld().answer();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(applied, node.cache.applied());
    assertEquals(0, node.store.countHeld());
    assertEquals(List.of(SYNCED, DISCONNECTED, CLOSED), node.states);
  }

  @Test
  void nothingIsReadAfterCloseBeforeARetry() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.COMPACTED);
    int asked = node.store.ranges().size();
    node.synchronizer.close();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(asked, node.store.ranges().size());
  }

  @Test
  void nothingIsAppliedAfterCloseDuringTheHistoryCheck() {
    ScriptedWatch watch = node.follow();
    watch.end(Kind.UNAVAILABLE);
    node.pause();
    node.store.hold();
    node.store.watch().open();
    node.store.change(put("a", "1"));
    node.store.watch().deliver();
    node.synchronizer.close();
    node.store.nextHeld().answer();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(1, node.revision());
    assertEquals(List.of(SYNCED, DISCONNECTED, CLOSED), node.states);
    assertEquals(2, node.store.watches().size());
  }

  @Test
  void aWatchAcceptedAfterCloseIsIgnored() {
    node.load();
    ScriptedWatch watch = node.store.watch();
    node.synchronizer.close();
    assertTrue(watch.isClosed());
    watch.open();
    assertEquals(List.of(CLOSED), node.states);
    assertTrue(node.synced.isCompletedExceptionally());
  }

  @Test
  void nothingIsAppliedAfterClose() {
    ScriptedWatch watch = node.follow();
    node.store.change(put("a", "1"));
    CompletableFuture<AppliedState> waiter = node.cache.whenApplied(2);
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

  /** Fails, by not returning, if a read retries on the emptied indexes. */
  @Test
  void closeReleasesEverything() {
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
  void nothingIsRetriedAfterClose() {
    node.store.failNext(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);
    node.load();
    node.synchronizer.close();
    int asked = node.store.ranges().size();
    node.scheduler.advance(Duration.ofMinutes(1));
    assertEquals(asked, node.store.ranges().size());
  }
}
