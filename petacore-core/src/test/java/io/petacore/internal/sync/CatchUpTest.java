package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static io.petacore.internal.sync.Synchronizer.State.SYNCED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Revisions that no watch delivers, and what counts as a failure to catch up. */
class CatchUpTest extends NodeFixture {

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
}
