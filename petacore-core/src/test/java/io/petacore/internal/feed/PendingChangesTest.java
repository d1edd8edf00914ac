package io.petacore.internal.feed;

import static io.petacore.internal.feed.FeedFixture.change;
import static io.petacore.internal.feed.FeedFixture.revision;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Timestamp;
import io.petacore.subscription.Change;
import io.petacore.subscription.ChangeBatch;
import io.petacore.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * <b>Invariant.</b> What is taken, applied to what was taken before, is the state at the revision
 * that it names; every {@code before} is what was taken before.
 */
class PendingChangesTest {

  private static PendingChanges started(int maxChanges, long maxBytes) {
    PendingChanges pending = new PendingChanges(maxChanges, maxBytes);
    pending.accept();
    assertTrue(pending.startAfter(0));
    return pending;
  }

  private static ChangeBatch batch(long from, long to, boolean conflated, Change... changes) {
    return new ChangeBatch(from, to, Timestamp.of(10 * to), conflated, List.of(changes));
  }

  @Test
  void givesRevisionsOneByOneWithinTheBuffer() {
    PendingChanges pending = started(3, 1_000);
    pending.add(revision(5, change("b", null, "1"), change("a", null, "1")));
    pending.add(revision(7, change("a", "1", "2")));
    assertEquals(3, pending.size());
    assertEquals(
        batch(5, 5, false, change("a", null, "1"), change("b", null, "1")), pending.take(null));
    assertEquals(batch(7, 7, false, change("a", "1", "2")), pending.take(null));
    assertNull(pending.take(null));
  }

  /** Fails if nothing seems to be pending while the last call is in progress, or has failed. */
  @Test
  void whatIsTakenCountsUntilItIsDelivered() {
    PendingChanges pending = started(10, 1_000);
    pending.add(revision(5, change("a", null, "1"), change("b", null, "1")));
    ChangeBatch failed = pending.take(null);
    assertEquals(2, pending.size());
    pending.add(revision(6, change("a", "1", "2")));
    assertEquals(3, pending.size());
    pending.take(failed);
    assertEquals(3, pending.size());
    pending.delivered();
    assertEquals(0, pending.size());
    assertNull(pending.take(null));
    assertEquals(0, pending.size());
  }

  @Test
  void conflatesWhatTheBufferDoesNotHold() {
    PendingChanges pending = started(2, 1_000);
    pending.add(revision(5, change("a", "0", "1")));
    pending.add(revision(6, change("a", "1", "2")));
    pending.add(revision(7, change("a", "2", "3"), change("b", null, "1")));
    pending.add(revision(8, change("a", "3", "4")));
    pending.add(revision(9, change("b", "1", null), change("c", "0", null)));
    assertEquals(
        batch(5, 9, true, change("a", "0", "4"), change("c", "0", null)), pending.take(null));
    pending.delivered();
    assertEquals(0, pending.size());
    pending.add(revision(10, change("a", "4", "5")));
    assertEquals(batch(10, 10, false, change("a", "4", "5")), pending.take(null));
  }

  @Test
  void boundsTheBytesAsWell() {
    PendingChanges pending = started(100, 10);
    pending.add(revision(5, change("a", null, "123456789")));
    pending.add(revision(6, change("a", "123456789", "2")));
    assertEquals(batch(5, 6, true, change("a", null, "2")), pending.take(null));
  }

  @Test
  void givesNothingIfEveryKeyThatCameHasGone() {
    PendingChanges pending = started(0, 0);
    pending.add(revision(5, change("a", null, "1")));
    pending.add(revision(6, change("a", "1", null)));
    assertNull(pending.take(null));
  }

  @Test
  void conflatesAFailedBatchWithWhatFollows() {
    PendingChanges pending = started(10, 1_000);
    pending.add(revision(5, change("a", "0", "1")));
    ChangeBatch failed = pending.take(null);
    assertEquals(failed, pending.take(failed), "nothing new");
    pending.add(revision(6, change("a", "1", "2")));
    pending.add(revision(7, change("b", null, "1")));
    assertEquals(
        batch(5, 7, true, change("a", "0", "2"), change("b", null, "1")), pending.take(failed));
    assertNull(pending.take(null));
  }

  @Test
  void dropsWhatTheStateContains() {
    PendingChanges pending = new PendingChanges(10, 1_000);
    assertFalse(pending.add(revision(4, change("a", null, "0"))), "not accepting");
    pending.accept();
    pending.add(revision(5, change("a", "0", "1")));
    pending.add(revision(6, change("a", "1", "2")));
    pending.add(revision(7, change("a", "2", "3")));
    assertTrue(pending.startAfter(60));
    assertEquals(batch(7, 7, false, change("a", "2", "3")), pending.take(null));
  }

  /** The writer publishes first, then adds: the state may have been read in between. */
  @Test
  void dropsWhatTheStateContainsAlsoIfItIsAddedLater() {
    PendingChanges pending = new PendingChanges(10, 1_000);
    pending.accept();
    assertTrue(pending.startAfter(50));
    assertFalse(pending.add(revision(5, change("a", "0", "1"))));
    assertTrue(pending.add(revision(6, change("a", "1", "2"))));
    assertEquals(batch(6, 6, false, change("a", "1", "2")), pending.take(null));
  }

  @Test
  void asksForANewerStateIfChangesAfterItWereDropped() {
    PendingChanges pending = new PendingChanges(1, 1_000);
    pending.accept();
    pending.add(revision(5, change("a", "0", "1")));
    pending.add(revision(6, change("a", "1", "2"))); // not buffered: both are dropped
    pending.add(revision(7, change("a", "2", "3")));
    assertFalse(pending.startAfter(40));
    assertFalse(pending.startAfter(50));
    pending.accept();
    assertTrue(pending.startAfter(70));
    assertNull(pending.take(null));
  }

  static LongStream seeds() {
    return Seeds.fresh(300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void foldsToTheState(long seed) {
    Random random = new Random(seed);
    PendingChanges pending = started(random.nextInt(6), random.nextInt(200));
    Map<Bytes, Bytes> state = new HashMap<>();
    Map<Bytes, Bytes> picture = new HashMap<>();
    List<Map<Bytes, Bytes>> states = new ArrayList<>();
    states.add(Map.of());
    ChangeBatch failed = null;
    long delivered = 0;
    for (int step = 0; step < 300; step++) {
      if (random.nextInt(3) > 0) {
        pending.add(
            Revision.of(
                states.size(), states.size(), 10L * states.size(), false, changes(state, random)));
        states.add(new HashMap<>(state));
        continue;
      }
      ChangeBatch next = pending.take(failed);
      failed = null;
      if (next == null) {
        continue;
      }
      if (random.nextInt(4) == 0) {
        failed = next;
        continue;
      }
      assertTrue(next.fromRevision() > delivered, () -> "twice" + Seeds.replay(seed));
      delivered = next.toRevision();
      apply(picture, next, seed);
      assertEquals(states.get((int) delivered), picture, () -> next + Seeds.replay(seed));
    }
    ChangeBatch next = pending.take(failed);
    while (next != null) {
      apply(picture, next, seed);
      next = pending.take(null);
    }
    assertEquals(state, picture, () -> "at the end" + Seeds.replay(seed));
  }

  /** Makes at least one change, of keys that differ. */
  private static List<Change> changes(Map<Bytes, Bytes> state, Random random) {
    Map<Bytes, Change> changes = new TreeMap<>();
    while (changes.isEmpty()) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        Bytes key = Bytes.utf8("k" + random.nextInt(8));
        Bytes before = state.get(key);
        @Nullable Bytes after =
            random.nextInt(3) == 0 ? null : Bytes.utf8("v" + random.nextInt(100));
        if (changes.containsKey(key) || (before == null && after == null)) {
          continue;
        }
        changes.put(key, new Change(key, before, after));
        if (after == null) {
          state.remove(key);
        } else {
          state.put(key, after);
        }
      }
    }
    return new ArrayList<>(changes.values());
  }

  private static void apply(Map<Bytes, Bytes> picture, ChangeBatch batch, long seed) {
    for (Change change : batch.changes()) {
      Bytes after = change.after();
      Bytes before =
          after == null ? picture.remove(change.key()) : picture.put(change.key(), after);
      assertTrue(
          Objects.equals(before, change.before()),
          () -> change + ", not " + before + Seeds.replay(seed));
      assertTrue(before != null || after != null, () -> "nothing" + Seeds.replay(seed));
    }
    assertNotNull(batch.timestamp());
  }
}
