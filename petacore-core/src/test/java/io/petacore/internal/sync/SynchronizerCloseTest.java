package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Synchronizer.State.CLOSED;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Close at any time: nothing is requested, applied or kept after it. */
class SynchronizerCloseTest extends NodeFixture {

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
