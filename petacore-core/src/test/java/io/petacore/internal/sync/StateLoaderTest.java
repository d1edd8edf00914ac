package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.RevisionListener.Bookkeeping;
import io.petacore.store.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The state that a load collects while the store changes, and the progress that it reports. */
class StateLoaderTest extends StateLoaderFixture {

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

  /** Fails if a long load reports nothing, or reports every page. */
  @Test
  void aLongLoadReportsItsProgress() {
    fill(5_000);
    String logged =
        Logged.during(
            () -> {
              store.limitPages(1_000);
              store.hold();
              CompletableFuture<LoadedState> loading = loader.load(present);
              while (!loading.isDone()) {
                scheduler.advance(Duration.ofMillis(400));
                store.nextHeld().answer();
                scheduler.runDue();
              }
            });
    assertEquals(List.of(2_300L, 5_000L), reported, "every 1.2 s, in pages of 300 and then 1,000");
    assertTrue(logged.contains("2300 entries read so far"), logged);
  }
}
