package io.petacore.internal.sync;

import static io.petacore.internal.sync.Node.put;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.ScriptedWatch;
import io.petacore.store.StoreException.Kind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bound on the silence of a watch that does not deliver a known revision. */
class SilentWatchTest extends NodeFixture {

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
}
