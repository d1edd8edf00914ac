package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.delete;
import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.mvcc.Version;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Resyncs after compaction and after missed revisions. */
class ResyncTest extends NodeFixture {
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
}
