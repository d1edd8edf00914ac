package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Node.record;
import static io.petacore.internal.sync.Synchronizer.State.DISCONNECTED;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.internal.mvcc.AppliedState;
import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Watches from the request to the end, and how the next one follows. */
class WatchSessionTest extends NodeFixture {

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
}
