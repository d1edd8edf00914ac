package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageBuilder;
import io.petacore.clock.PhysicalClock;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.data.Timestamp;
import io.petacore.error.TransactionTooOldException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A state of the past is the same on every node, or it is refused. */
public interface TimeTravelContract {

  /** The nodes of this test. */
  Nodes nodes();

  /** What was committed at which timestamp, and the clocks of the nodes. */
  final class Recording {
    private static final Duration MAX_OFFSET = Duration.ofMillis(500);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(20);

    private static final TransactionOptions LAST_ONE_WINS =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

    private final TreeMap<Long, Map<String, String>> states = new TreeMap<>();
    private final TreeMap<String, String> newest = new TreeMap<>();
    private final AtomicLong passed = new AtomicLong();
    private int commits;

    /** The settings of a node whose clock is ahead of the others' by a duration. */
    StorageBuilder settings(StorageBuilder builder, Duration ahead) {
      PhysicalClock system = PhysicalClock.system();
      return builder
          .physicalClock(() -> system.nanos() + passed.get() + ahead.toNanos())
          .maxClockOffset(MAX_OFFSET)
          .commitTimeout(COMMIT_TIMEOUT)
          .historyRetention(Duration.ofMinutes(5));
    }

    /** Moves all clocks on, so far that no earlier request can still be in flight. */
    void moveClocksOn() {
      passed.addAndGet(MAX_OFFSET.plus(COMMIT_TIMEOUT).multipliedBy(2).toNanos());
    }

    /** Commits; returns the timestamp. */
    long commit(DistributedStorage node) {
      String key = "key" + commits % 3;
      boolean deletes = commits % 5 == 4;
      try (ExplicitTransaction tx = node.begin(LAST_ONE_WINS)) {
        if (deletes) {
          tx.delete(key);
          newest.remove(key);
        } else {
          tx.write(key, "value" + commits);
          newest.put(key, "value" + commits);
        }
        // Written once: found unchanged, it proves after a load that the history is the same.
        tx.write("once" + commits, "");
        newest.put("once" + commits, "");
        CommitResult result = tx.commit();
        long timestamp = Objects.requireNonNull(result.timestamp()).nanosSinceEpoch();
        states.put(timestamp, new TreeMap<>(newest));
        commits++;
        return timestamp;
      }
    }

    /**
     * Reads all states recorded in a range of timestamps, both ends included, on a node, and the
     * states one nanosecond before and after each.
     *
     * @return the number of states that were not refused; all of them were right
     */
    int countReadable(DistributedStorage node, long from, long to) {
      int readable = 0;
      for (long timestamp : states.subMap(from, true, to, true).keySet()) {
        for (long moment = timestamp - 1; moment <= timestamp + 1; moment++) {
          readable += isReadable(node, moment) ? 1 : 0;
        }
      }
      return readable;
    }

    private boolean isReadable(DistributedStorage node, long moment) {
      Instant instant = Instant.EPOCH.plusNanos(moment);
      Map<String, String> byTimestamp = contents(() -> node.snapshotAt(Timestamp.of(moment)));
      Map<String, String> byInstant = contents(() -> node.snapshotAt(instant));
      assertEquals(byTimestamp, byInstant);
      if (byTimestamp != null) {
        assertEquals(Objects.requireNonNull(states.floorEntry(moment)).getValue(), byTimestamp);
      }
      return byTimestamp != null;
    }

    private static @Nullable Map<String, String> contents(Supplier<Snapshot> opening) {
      try (Snapshot snapshot = opening.get()) {
        Map<String, String> contents = new TreeMap<>();
        for (Entry entry : snapshot.scan(KeyRange.all())) {
          contents.put(entry.key().toUtf8(), entry.value().toUtf8());
        }
        return contents;
      } catch (TransactionTooOldException refused) {
        return null;
      }
    }
  }

  /**
   * The clocks of two nodes differ, and one of them is disconnected while history is compacted. It
   * must refuse the time that it did not follow, and the time before it can know which timestamps
   * others have given.
   */
  @Test
  default void thePastIsRightOrRefused() {
    Recording recording = new Recording();
    DistributedStorage a =
        nodes().open(nodes().connect(), b -> recording.settings(b, Duration.ofMillis(400)));
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered, s -> recording.settings(s, Duration.ZERO));

    recording.moveClocksOn();
    long first = recording.commit(a);
    for (int i = 0; i < 10; i++) {
      recording.commit(i % 2 == 0 ? b : a);
    }
    long beforeTheGap = recording.commit(b);
    Await.until("both have all", () -> a.revision() == b.revision());
    steered.cut();
    long inTheGap = recording.commit(a);
    for (int i = 0; i < 5; i++) {
      recording.commit(a);
    }
    nodes().backend().compact(a.revision());
    long resyncs = b.status().counters().resyncs();
    steered.mend();
    Await.until("loaded again", () -> b.status().counters().resyncs() > resyncs);
    for (int i = 0; i < 5; i++) {
      recording.commit(a);
    }
    recording.moveClocksOn();
    long afterTheGap = recording.commit(b);
    for (int i = 0; i < 5; i++) {
      recording.commit(i % 2 == 0 ? a : b);
    }
    long last = recording.commit(a);
    Await.until("both have all", () -> a.revision() == b.revision());

    assertEquals(
        3 * recording.states.size() - 3,
        recording.countReadable(a, first, last),
        "a followed all of it");
    assertTrue(recording.countReadable(b, first, beforeTheGap) > 20, "before the gap");
    assertEquals(0, recording.countReadable(b, inTheGap + 1, afterTheGap - 1), "in the gap");
    assertTrue(recording.countReadable(b, afterTheGap, last) > 10, "after the gap");
    try (Snapshot snapshot = b.snapshotAt(Timestamp.of(afterTheGap))) {
      assertEquals(Timestamp.of(afterTheGap), snapshot.timestamp());
    }
  }

  /**
   * A node that lags refuses timestamps past its newest applied revision, whatever its clock says.
   */
  @Test
  default void theFutureIsRefused() {
    Recording recording = new Recording();
    DistributedStorage a =
        nodes().open(nodes().connect(), b -> recording.settings(b, Duration.ofMillis(400)));
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered, s -> recording.settings(s, Duration.ZERO));
    recording.moveClocksOn();
    recording.commit(b); // its session is open then: no revision of that comes behind what follows
    recording.commit(a);
    long seen = recording.commit(a);
    Await.until("both have all", () -> a.revision() == b.revision());
    steered.holdEvents();
    long unseen = recording.commit(a);
    recording.commit(a);

    assertEquals(6, recording.countReadable(a, seen, unseen), "a has applied later revisions");
    assertEquals(1, recording.countReadable(b, seen, unseen), "b only what is before its newest");
    assertThrows(
        TransactionTooOldException.class, () -> b.snapshotAt(Instant.EPOCH.plusNanos(unseen)));
    steered.releaseEvents();
    Await.until("all is seen", () -> a.revision() == b.revision());
    assertEquals(6, recording.countReadable(b, seen, unseen));
  }

  /** Instants that no timestamp can represent are refused like others that are not kept. */
  @Test
  default void instantsFarAwayAreRefused() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1"));
    assertRefused(a, Instant.MAX, "no revision above it has been applied yet");
    assertRefused(a, Instant.MIN, "it is no longer kept");
    assertRefused(a, Instant.EPOCH.plusNanos(Long.MAX_VALUE), "no revision above it");
    assertRefused(a, Instant.EPOCH.plusNanos(Long.MIN_VALUE), "it is no longer kept");
  }

  /** A revision is enough to read the state that a commit left, on any node that has applied it. */
  @Test
  default void aRevisionIsReadableOnEveryNodeThatFollowedIt() {
    DistributedStorage a = nodes().open();
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered);
    long first = a.runTransaction(tx -> tx.write("key", "1")).revision();
    long second = a.runTransaction(tx -> tx.write("key", "2")).revision();
    Await.until("both have all", () -> b.revision() >= second);
    for (DistributedStorage node : List.of(a, b)) {
      assertReads("1", node, first);
      assertReads("2", node, second);
      assertRevisionRefused(node, second + 1_000, "has not been applied yet");
      assertRevisionRefused(node, 0, "no longer kept");
      assertRevisionRefused(node, -1, "no longer kept");
    }
    long resyncs = b.status().counters().resyncs();
    steered.cut();
    long inTheGap = a.runTransaction(tx -> tx.write("key", "3")).revision();
    a.runTransaction(tx -> tx.write("key", "4"));
    nodes().backend().compact(a.revision());
    steered.mend();
    Await.until("resynced", () -> b.status().counters().resyncs() > resyncs);
    Await.until("both have all", () -> b.revision() >= a.revision());
    assertRevisionRefused(b, inTheGap, "is not available");
    assertReads("3", a, inTheGap);
  }

  private static void assertReads(String value, DistributedStorage node, long revision) {
    try (Snapshot snapshot = node.snapshotAtRevision(revision)) {
      assertEquals(value, snapshot.read("key"));
      assertEquals(revision, snapshot.revision());
    }
  }

  private static void assertRevisionRefused(DistributedStorage node, long revision, String reason) {
    TransactionTooOldException refused =
        assertThrows(
            TransactionTooOldException.class, () -> node.snapshotAtRevision(revision).close());
    assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused.getMessage());
    assertFalse(refused.isRetryable());
  }

  private static void assertRefused(DistributedStorage storage, Instant moment, String reason) {
    String message =
        assertThrows(TransactionTooOldException.class, () -> storage.snapshotAt(moment))
            .getMessage();
    assertTrue(String.valueOf(message).contains(reason), message);
  }
}
