package io.petacore.internal.sync;

import static io.petacore.internal.sync.StateLoader.FIRST_PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Pages that fail: which are requested again, when, and how often. */
class LoadFailuresTest extends StateLoaderFixture {

  @Test
  void aFailedPageIsRequestedAgainAndNoKeyIsAddedTwice() {
    fill(1_000);
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    store.nextHeld().answer();
    scheduler.runDue();
    store.nextHeld().fail(Kind.UNAVAILABLE);
    scheduler.runDue();
    scheduler.advance(PAUSE);
    store.stopHolding();
    store.nextHeld().answer();
    scheduler.runDue();
    loading.join();
    assertEquals(firstKeys(1_000), keys());
    assertEquals(store.ranges().get(1), store.ranges().get(2));
  }

  @Test
  void aLoadFailsAfterAFewFailedAttempts() {
    fill(1_000);
    store.failNext(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);
    CompletableFuture<LoadedState> loading = load();
    scheduler.advance(PAUSE);
    StoreException failure =
        assertInstanceOf(
            StoreException.class,
            assertThrows(CompletionException.class, loading::join).getCause());
    assertEquals(Kind.UNAVAILABLE, failure.kind());
    assertEquals(4, store.ranges().size());
    assertEquals(3, troubles.size(), "and why, each time");
  }

  /**
   * A request that timed out may keep the store busy, and an immediate retry of the same range
   * would double its load. Fails if only the limit is reduced.
   */
  @Test
  void aPageThatTimesOutIsRetriedAfterAnEqualPauseInANarrowerRange() {
    fill(1_000);
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    scheduler.advance(Duration.ofSeconds(20));
    store.nextHeld().fail(Kind.OUTCOME_UNKNOWN);
    scheduler.advance(Duration.ofSeconds(19));
    assertEquals(0, store.countHeld());
    scheduler.advance(Duration.ofSeconds(3));
    assertEquals(1, store.countHeld());
    assertEquals(
        KeyRange.closedOpen(Bytes.utf8("n/"), Bytes.utf8("n/\u0001")),
        store.ranges().get(1).range());
    assertEquals(FIRST_PAGE, store.ranges().get(1).limit());
    store.stopHolding();
    store.nextHeld().answer();
    scheduler.runDue();
    loading.join();
    assertEquals(firstKeys(1_000), keys());
  }

  /** A store that was unreachable has done no work, so the same range is requested again. */
  @Test
  void aPageThatWasNotSentIsRequestedAgainUnchanged() {
    fill(1_000);
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    scheduler.advance(Duration.ofSeconds(5));
    store.nextHeld().fail(Kind.UNAVAILABLE);
    scheduler.advance(Duration.ofMillis(100));
    assertEquals(store.ranges().get(0), store.ranges().get(1));
    loader.stop();
    store.nextHeld().fail(Kind.UNAVAILABLE);
    scheduler.advance(PAUSE);
    assertTrue(loading.isCompletedExceptionally());
    assertEquals(2, store.ranges().size(), "once stopped it asks for nothing");
  }

  /** A retry would fail as well. */
  @Test
  void aRefusalFailsTheLoadImmediately() {
    store.failNext(Kind.REJECTED);
    assertTrue(load().isCompletedExceptionally());
    assertEquals(1, store.ranges().size());
  }

  @Test
  void failuresAreCountedPerPage() {
    fill(1_000);
    store.failNext(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);
    store.hold();
    CompletableFuture<LoadedState> loading = load();
    scheduler.advance(PAUSE);
    store.nextHeld().answer();
    scheduler.runDue();
    for (int i = 0; i < 9; i++) {
      store.nextHeld().fail(Kind.UNAVAILABLE);
      scheduler.advance(PAUSE);
    }
    store.stopHolding();
    store.nextHeld().answer();
    scheduler.runDue();
    loading.join();
    assertEquals(firstKeys(1_000), keys());
  }

  @Test
  void anEmptyPageWithMoreEntriesIsAFailure() {
    fill(300);
    store.limitPages(0);
    CompletableFuture<LoadedState> loading = load();
    scheduler.advance(PAUSE);
    assertTrue(loading.isDone());
    assertInstanceOf(
        StoreException.class, assertThrows(CompletionException.class, loading::join).getCause());
    assertTrue(store.ranges().size() > 1, "it was requested again");
  }

  @Test
  void aStoreThatCompactedItsNewestRevisionIsNotReadForever() {
    store.failNext(Kind.COMPACTED, Kind.COMPACTED, Kind.COMPACTED, Kind.COMPACTED);
    CompletableFuture<LoadedState> loading = load();
    scheduler.advance(PAUSE);
    assertTrue(loading.isCompletedExceptionally());
    assertFalse(scheduler.runOne());
  }
}
