package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.STARTING;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.Operation;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Initial loads and resyncs, the watch behind them, and retries after unexpected exceptions. */
class SynchronizerTest extends NodeFixture {
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
}
