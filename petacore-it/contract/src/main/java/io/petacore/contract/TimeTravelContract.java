package io.petacore.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.clock.PhysicalClock;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import io.petacore.testing.Await;
import io.petacore.testing.Nodes;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The past is told as it was, the same on every node, or not at all. */
public interface TimeTravelContract {

  /** The nodes of this test. */
  Nodes nodes();

  /** What was committed when, as it happened; and the clocks that it was stamped by. */
  final class Recording {
    private static final Duration MAX_OFFSET = Duration.ofMillis(500);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(20);

    private static final TransactionOptions LAST_ONE_WINS =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

    private final TreeMap<Long, Map<String, String>> states = new TreeMap<>();
    private final TreeMap<String, String> newest = new TreeMap<>();
    private final AtomicLong passed = new AtomicLong();
    private int commits;

    /** The settings of a node whose clock is ahead of the others' by so much. */
    DistributedStorage.Builder settings(DistributedStorage.Builder builder, Duration ahead) {
      PhysicalClock system = PhysicalClock.system();
      return builder
          .physicalClock(() -> system.nanos() + passed.get() + ahead.toNanos())
          .maxClockOffset(MAX_OFFSET)
          .commitTimeout(COMMIT_TIMEOUT)
          .historyRetention(Duration.ofMinutes(5));
    }

    /** Lets so much time pass on all clocks that nothing of before can still be on its way. */
    void settle() {
      passed.addAndGet(MAX_OFFSET.plus(COMMIT_TIMEOUT).multipliedBy(2).toNanos());
    }

    /** Commits; returns the version. */
    long commit(DistributedStorage node) {
      String key = "key" + commits % 3;
      boolean deletes = commits % 5 == 4;
      try (Transaction tx = node.begin(LAST_ONE_WINS)) {
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
        states.put(result.timestamp(), new TreeMap<>(newest));
        commits++;
        return result.timestamp();
      }
    }

    /**
     * Asks a node for all that was recorded from a version on up to another, both included, and for
     * the moments between.
     *
     * @return how many of the answers were no refusal; all of them were right
     */
    int ask(DistributedStorage node, long from, long to) {
      int told = 0;
      for (long timestamp : states.subMap(from, true, to, true).keySet()) {
        for (long moment = timestamp - 1; moment <= timestamp + 1; moment++) {
          told += isTold(node, moment) ? 1 : 0;
        }
      }
      return told;
    }

    private boolean isTold(DistributedStorage node, long moment) {
      Instant instant = Instant.EPOCH.plusNanos(moment);
      Map<String, String> byVersion = told(() -> node.snapshotAt(moment));
      Map<String, String> byInstant = told(() -> node.snapshotAt(instant));
      assertEquals(byVersion, byInstant);
      if (byVersion != null) {
        assertEquals(Objects.requireNonNull(states.floorEntry(moment)).getValue(), byVersion);
      }
      return byVersion != null;
    }

    private static @Nullable Map<String, String> told(Supplier<Snapshot> asked) {
      try (Snapshot snapshot = asked.get()) {
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
   * Two nodes whose clocks are apart, one of which is cut off while history is compacted away.
   * Broken if it answered for the time of which it has seen the end only, or before it can know
   * which numbers others have given.
   */
  @Test
  default void thePastIsToldRightOrRefused() {
    Recording recording = new Recording();
    DistributedStorage a =
        nodes().open(nodes().connect(), b -> recording.settings(b, Duration.ofMillis(400)));
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered, s -> recording.settings(s, Duration.ZERO));

    recording.settle();
    long first = recording.commit(a);
    for (int i = 0; i < 10; i++) {
      recording.commit(i % 2 == 0 ? b : a);
    }
    long beforeTheHole = recording.commit(b);
    Await.until("both have all", () -> a.appliedRevision() == b.appliedRevision());
    steered.cut();
    long inTheHole = recording.commit(a);
    for (int i = 0; i < 5; i++) {
      recording.commit(a);
    }
    nodes().backend().compact(a.appliedRevision());
    long resyncs = b.status().counters().resyncs();
    steered.mend();
    Await.until("loaded again", () -> b.status().counters().resyncs() > resyncs);
    for (int i = 0; i < 5; i++) {
      recording.commit(a);
    }
    recording.settle();
    long behindTheHole = recording.commit(b);
    for (int i = 0; i < 5; i++) {
      recording.commit(i % 2 == 0 ? a : b);
    }
    long last = recording.commit(a);
    Await.until("both have all", () -> a.appliedRevision() == b.appliedRevision());

    assertEquals(3 * recording.states.size() - 3, recording.ask(a, first, last), "a saw it all");
    assertTrue(recording.ask(b, first, beforeTheHole) > 20, "before the hole");
    assertEquals(0, recording.ask(b, inTheHole + 1, behindTheHole - 1), "in the hole");
    assertTrue(recording.ask(b, behindTheHole, last) > 10, "behind the hole");
    try (Snapshot told = b.snapshotAt(behindTheHole)) {
      assertEquals(behindTheHole, told.timestamp());
    }
  }

  /**
   * A node that is behind says nothing about what it has not seen, whatever its clock says. Broken
   * if a moment were answered for by whatever state is the newest here.
   */
  @Test
  default void theFutureIsRefused() {
    Recording recording = new Recording();
    DistributedStorage a =
        nodes().open(nodes().connect(), b -> recording.settings(b, Duration.ofMillis(400)));
    SteeredStore steered = nodes().steered();
    DistributedStorage b = nodes().open(steered, s -> recording.settings(s, Duration.ZERO));
    recording.settle();
    recording.commit(b); // its session is open then: no revision of that comes behind what follows
    recording.commit(a);
    long seen = recording.commit(a);
    Await.until("both have all", () -> a.appliedRevision() == b.appliedRevision());
    steered.holdEvents();
    long unseen = recording.commit(a);
    recording.commit(a);

    assertEquals(6, recording.ask(a, seen, unseen), "a has seen what comes after");
    assertEquals(1, recording.ask(b, seen, unseen), "b only what was before the last it saw");
    assertThrows(
        TransactionTooOldException.class, () -> b.snapshotAt(Instant.EPOCH.plusNanos(unseen)));
    steered.releaseEvents();
    Await.until("all is seen", () -> a.appliedRevision() == b.appliedRevision());
    assertEquals(6, recording.ask(b, seen, unseen));
  }

  /** Moments of which no version number can tell are refused like others that are not kept. */
  @Test
  default void momentsFarAwayAreRefused() {
    DistributedStorage a = nodes().open();
    a.runTransaction(tx -> tx.write("key", "1"));
    assertRefused(a, Instant.MAX, "no revision above it has been applied yet");
    assertRefused(a, Instant.MIN, "it is no longer kept");
    assertRefused(a, Instant.EPOCH.plusNanos(Long.MAX_VALUE), "no revision above it");
    assertRefused(a, Instant.EPOCH.plusNanos(Long.MIN_VALUE), "it is no longer kept");
  }

  private static void assertRefused(DistributedStorage storage, Instant moment, String reason) {
    String message =
        assertThrows(TransactionTooOldException.class, () -> storage.snapshotAt(moment))
            .getMessage();
    assertTrue(String.valueOf(message).contains(reason), message);
  }
}
