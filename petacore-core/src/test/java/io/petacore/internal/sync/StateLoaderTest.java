package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.StateLoader.FIRST_PAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.internal.concurrent.ManualScheduler;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.ScriptedKvStore;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Loads of a namespace in pages while the store changes. */
class StateLoaderTest {
  /** More than the sum of the pauses between a few attempts. */
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final ScriptedKvStore store = new ScriptedKvStore();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final KeyClassifier classifier = new KeyClassifier(Node.NAMESPACE, new SyncCounters());
  private final Collected present = new Collected();
  private final List<Long> reported = new ArrayList<>();
  private final List<StoreException> troubles = new ArrayList<>();
  private final StateLoader loader =
      new StateLoader(store, Node.NAMESPACE, classifier, scheduler, reported::add, troubles::add);

  /** The result of a load. */
  private static final class Collected implements LoadSink {
    private final List<Change> changes = new ArrayList<>();

    @Override
    public void begin() {
      changes.clear();
    }

    @Override
    public void add(Change present) {
      changes.add(present);
    }

    List<Change> changes() {
      return changes;
    }
  }

  private static String key(int number) {
    return String.format("key-%06d", number);
  }

  /** Writes keys of the namespace, a few per revision, and foreign keys on both sides of it. */
  private void fill(int keys) {
    Operation[] all = new Operation[keys];
    for (int i = 0; i < keys; i++) {
      all[i] = put(key(i), "value");
    }
    store.change(all);
    store.change(new Operation.Put(Bytes.utf8("n"), Bytes.EMPTY));
    store.change(new Operation.Put(Bytes.utf8("n0"), Bytes.EMPTY));
    store.change(new Operation.Put(Bytes.utf8("m/z"), Bytes.EMPTY));
  }

  private CompletableFuture<LoadedState> load() {
    CompletableFuture<LoadedState> loading = loader.load(present);
    scheduler.runDue();
    return loading;
  }

  private List<String> keys() {
    return present.changes().stream().map(change -> change.key().toUtf8()).toList();
  }

  private static List<String> firstKeys(int count) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(key(i));
    }
    return keys;
  }

  private List<Integer> limits() {
    return store.ranges().stream().map(RangeRequest::limit).toList();
  }

  @Test
  void exactlyTheNamespaceIsLoaded() {
    fill(1_000);
    LoadedState state = load().join();
    assertEquals(firstKeys(1_000), keys());
    assertEquals(store.newest(), state.revision());
    assertEquals(CommitRecordState.NONE, state.record());
    assertEquals(new Change(Bytes.utf8(key(7)), Bytes.utf8("value"), 2), present.changes().get(7));
  }

  @Test
  void theCommitRecordIsSeparated() {
    store.change(record(10_000), put("a", "1"));
    store.change(record(20_000), put("b", "2"));
    store.change(put("c", "3"));
    LoadedState state = load().join();
    assertEquals(List.of("a", "b", "c"), keys());
    assertEquals(3, state.record().modRevision());
    assertEquals(2, state.record().putCount());
    assertEquals(4, state.revision());
  }

  @Test
  void allPagesAreReadAtTheRevisionOfTheFirst() {
    fill(1_000);
    long first = store.newest();
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    for (int i = 0; !loading.isDone(); i++) {
      store.nextHeld().answer();
      scheduler.runDue();
      // Changes and deletes keys before and after the pages that were read.
      store.change(
          put(key(0), "later" + i), put("zzz" + i, "later"), delete(key(999 - i)), record(i + 1));
    }
    LoadedState state = loading.join();
    assertEquals(firstKeys(1_000), keys());
    assertEquals(first, state.revision());
    assertEquals(CommitRecordState.NONE, state.record());
    assertTrue(store.ranges().size() > 1);
    assertEquals(0, store.ranges().get(0).revision());
    store.ranges().stream().skip(1).forEach(page -> assertEquals(first, page.revision()));
  }

  @Test
  void pagesGrowGradually() {
    fill(10_000);
    load().join();
    assertEquals(List.of(300, 9_000, 50_000), limits());
  }

  @Test
  void pagesHaveAnUpperBound() {
    store.limitPages(9_000); // 30 times as many is above the bound
    fill(20_000);
    load().join();
    assertEquals(List.of(300, 9_000, 50_000, 50_000), limits());
  }

  /** Fails if every request covers the rest of the namespace, which is then counted each time. */
  @Test
  void rangesAreShortIfTheStoreCounts() {
    store.countBeyondPages();
    fill(2_000);
    List<Long> expected = new ArrayList<>();
    LoadSink sink =
        new LoadSink() {
          @Override
          public void begin() {}

          @Override
          public void expect(long entries) {
            expected.add(entries);
          }

          @Override
          public void add(Change change) {
            present.add(change);
          }
        };
    CompletableFuture<LoadedState> loading = loader.load(sink);
    scheduler.runDue();
    loading.join();
    assertEquals(firstKeys(2_000), keys());
    assertEquals(
        2_000, expected.get(0), "the count of the whole namespace, to reserve capacity once");
    KeyRange whole = Node.NAMESPACE.range();
    assertEquals(whole, store.ranges().get(0).range());
    Bytes end = store.ranges().get(1).range().to();
    assertEquals(Bytes.utf8("n/key-001"), end, "behind those with what 150 to 299 have in common");
  }

  @Test
  void largeValuesMakeSmallPages() {
    String large = "x".repeat(1 << 19);
    Operation[] all = new Operation[330];
    for (int i = 0; i < all.length; i++) {
      all[i] = put(key(i), large);
    }
    store.change(all);
    load().join();
    assertEquals(firstKeys(330), keys());
    assertEquals(300, limits().get(0));
    assertEquals(15, limits().get(1), "8 MiB of entries of 512 KiB and a little");
  }

  @Test
  void theStoreMayReturnSmallerPagesThanRequested() {
    fill(50);
    store.limitPages(1);
    load().join();
    assertEquals(firstKeys(50), keys());
  }

  @Test
  void aPageThatIsTooLargeIsRequestedInSmallerParts() {
    fill(1_000);
    store.failNext(Kind.TOO_LARGE, Kind.TOO_LARGE);
    load().join();
    assertEquals(firstKeys(1_000), keys());
    assertEquals(List.of(300, 10, 1, 30, 900, 27_000), limits());
  }

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
  void arrivingBytesAreRecorded() {
    fill(1_000);
    long start = scheduler.nanoTime();
    assertEquals(start, loader.lastReceivedNanos());
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    scheduler.advance(Duration.ofSeconds(7));
    assertEquals(start, loader.lastReceivedNanos());
    store.arriving(100);
    assertEquals(scheduler.nanoTime(), loader.lastReceivedNanos());
    assertFalse(loading.isDone());
  }

  @Test
  void aLoadRestartsAtANewerRevisionAfterACompaction() {
    fill(1_000);
    store.change(record(10_000));
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    store.nextHeld().answer();
    scheduler.runDue();
    store.change(record(20_000), put(key(0), "changed"), delete(key(1)), put("zzz", "new"));
    store.compact(store.newest());
    store.stopHolding();
    store.nextHeld().answer();
    scheduler.runDue();

    LoadedState state = loading.join();
    assertEquals(store.newest(), state.revision());
    assertEquals(store.newest(), state.record().modRevision());
    List<String> expected = new ArrayList<>(firstKeys(1_000));
    expected.remove(key(1));
    expected.add("zzz");
    assertEquals(expected, keys(), "nothing of the first pages is left, nothing is twice");
    assertEquals(Bytes.utf8("changed"), present.changes().get(0).value());
  }

  @Test
  void aRestartedLoadDropsWhatWasRead() {
    store.change(record(10_000), put("\0s/1", "fence"), put("\0s/2", "ended"));
    fill(1_000);
    store.hold();
    CompletableFuture<LoadedState> loading = loader.load(present);
    store.nextHeld().answer();
    scheduler.runDue();
    store.change(new Operation.Delete(Node.recordKey()), delete("\0s/2"));
    store.compact(store.newest());
    store.stopHolding();
    store.nextHeld().answer();
    scheduler.runDue();
    LoadedState state = loading.join();
    assertEquals(CommitRecordState.NONE, state.record());
    assertEquals(
        List.of(new Bookkeeping(Bytes.utf8("\0s/1"), 2, Bytes.utf8("fence"), false)),
        state.bookkeeping());
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

  /** Fails if the store is idle while a page is processed. */
  @Test
  void theNextPageIsRequestedBeforeTheCurrentOneIsProcessed() {
    fill(20_000);
    store.limitPages(10_000);
    List<Integer> askedWhenTaken = new ArrayList<>();
    LoadSink sink =
        new LoadSink() {
          @Override
          public void begin() {}

          @Override
          public void add(Change present) {
            askedWhenTaken.add(store.ranges().size());
          }
        };
    CompletableFuture<LoadedState> loading = loader.load(sink);
    scheduler.runDue();
    loading.join();
    assertEquals(20_000, askedWhenTaken.size());
    assertEquals(2, askedWhenTaken.get(0), "at the first key of the first page");
    assertEquals(3, askedWhenTaken.get(FIRST_PAGE), "at the first key of the second page");
    assertEquals(4, askedWhenTaken.get(19_999), "at the last key there is no more to ask for");
  }

  /** Fails if a long load reports nothing, or reports every page. */
  @Test
  void aLongLoadReportsItsProgress() {
    fill(5_000);
    PrintStream err = System.err;
    ByteArrayOutputStream logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, UTF_8));
    try {
      store.limitPages(1_000);
      store.hold();
      CompletableFuture<LoadedState> loading = loader.load(present);
      while (!loading.isDone()) {
        scheduler.advance(Duration.ofMillis(400));
        store.nextHeld().answer();
        scheduler.runDue();
      }
    } finally {
      System.setErr(err);
    }
    assertEquals(List.of(2_300L, 5_000L), reported, "every 1.2 s, in pages of 300 and then 1,000");
    assertTrue(logged.toString(UTF_8).contains("2300 entries read so far"), logged::toString);
  }
}
