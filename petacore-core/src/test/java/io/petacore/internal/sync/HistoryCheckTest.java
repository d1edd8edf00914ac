package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.store.Operation;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The check of the history under a watch that the store has just accepted. */
class HistoryCheckTest extends NodeFixture {

  /** Fails if the history is checked before the watch is accepted, and not after that. */
  @Test
  void aStoreRestoredBeforeTheWatchIsAcceptedIsDetected() {
    node.store.change(record(10_000), put("a", "1"));
    node.store.change(record(20_000), put("lost", "2"));
    node.load();
    node.store.rewind(2);
    node.store.change(record(30_000), put("b", "3"));
    node.store.change(record(40_000), put("b", "4"));
    node.store.watch().open().deliver();
    assertFalse(node.synced.isDone());
    assertEquals(Map.of("a", "1", "lost", "2"), node.contents(), "no mixture of two histories");
    node.pause();
    assertEquals(Map.of("a", "1", "b", "4"), node.contents());
    assertTrue(node.lastPublication().anotherHistory());
  }

  @Test
  void whatArrivesDuringTheHistoryCheckIsAppliedAfterIt() {
    node.store.change(record(10_000), put("a", "1"));
    node.load();
    node.store.hold();
    ScriptedWatch watch = node.store.watch().open();
    node.store.change(record(20_000), put("a", "2"));
    watch.deliver();
    assertEquals(Map.of("a", "1"), node.contents());
    assertFalse(node.synced.isDone());
    node.store.stopHolding();
    node.store.nextHeld().answer();
    node.scheduler.runDue();
    assertEquals(Map.of("a", "2"), node.contents());
    assertTrue(node.synced.isDone());
    node.store.change(put("a", "3"));
    watch.deliver();
    assertEquals(Map.of("a", "3"), node.contents());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }

  /** Fails if what arrives during the check is kept without a bound. */
  @Test
  void aLargeBacklogDuringTheHistoryCheckCausesAResync() {
    node.load();
    node.store.hold();
    ScriptedWatch watch = node.store.watch().open();
    Bytes megabyte = Bytes.of(new byte[1 << 20]);
    int kept = 0;
    for (int i = 0; !watch.isClosed(); i++) {
      node.store.change(new Operation.Put(Node.NAMESPACE.toStore(Bytes.utf8("k" + i)), megabyte));
      watch.deliver();
      kept++;
    }
    assertEquals(WatchSession.MAX_KEPT_BYTES >> 20, kept);
    node.store.stopHolding();
    node.store.acceptWatches();
    node.pause();
    node.pause();
    assertEquals(1, node.synchronizer.counters().resyncs());
    assertTrue(node.synced.isDone());
    assertEquals(node.store.newest(), node.revision());
    assertFalse(node.lastPublication().anotherHistory());
  }

  /** Fails if a check that could not be made counts as a failure of the watch. */
  @Test
  void aCheckThatFailsIsRepeatedUnderAnotherWatch() {
    node.store.change(record(10_000), put("a", "1"));
    node.load();
    for (int i = 0; i < 2 * CatchUp.MAX_FAILURES; i++) {
      node.store.failNext(Kind.UNAVAILABLE);
      ScriptedWatch watch = node.store.watch();
      watch.open();
      watch.receive(1_000);
      node.pause();
      assertTrue(watch.isClosed());
    }
    node.store.watch().open();
    assertTrue(node.synced.isDone());
    assertEquals(0, node.synchronizer.counters().resyncs());
  }
}
