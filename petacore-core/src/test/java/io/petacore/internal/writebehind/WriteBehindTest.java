package io.petacore.internal.writebehind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.ReadOnlyStorageException;
import io.petacore.metrics.StorageMetric;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is written behind is read at once, and durable after a flush. */
class WriteBehindTest extends WriteBehindFixture {

  private Map<String, String> stored() {
    Map<String, String> all = new HashMap<>();
    try (DistributedStorage other = DistributedStorage.open(inner)) {
      other.scan(KeyRange.all()).forEach(e -> all.put(e.key().toUtf8(), e.value().toUtf8()));
    }
    return all;
  }

  /** Fails if a value is lost, an old one wins, or each write is a commit. */
  @Test
  void theLastWriteOfEachKeyIsCommittedInFewTransactions() {
    storage.runTransaction(tx -> tx.write("key 7", "deleted later").write("gone", "before"));
    long before = storage.status().counters().commits();
    Map<String, String> expected = new HashMap<>();
    try (WriteBehind buffer = storage.writeBehind(MANUAL)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10_000; i++) {
          buffer.write("key " + i, "value " + round + " " + i);
          expected.put("key " + i, "value " + round + " " + i);
        }
      }
      for (int i = 0; i < 1_000; i++) {
        buffer.delete("key " + i * 7);
        expected.remove("key " + i * 7);
      }
      buffer.delete("gone");
      buffer.flush();
      assertEquals(expected, stored());
      assertEquals(0, buffer.bytes());
    }
    long commits = storage.status().counters().commits() - before;
    assertTrue(commits <= 5, () -> commits + " commits");
  }

  /** Fails if the timer is not set again after its pass. */
  @Test
  void writesLeaveByThemselvesAfterTheInterval() {
    try (WriteBehind buffer =
        storage.writeBehind(WriteBehindOptions.defaults().flushInterval(Duration.ofMillis(5)))) {
      for (int i = 0; i < 5; i++) {
        String value = "value " + i;
        buffer.write("key", value);
        Await.until("it is committed", () -> value.equals(storage.read("key")));
      }
    }
  }

  /** A write whose key was in flight when the timer fired leaves when that has ended. */
  @Test
  void aWriteThatHadToWaitForAnOlderOneLeavesByItself() {
    try (WriteBehind buffer =
        storage.writeBehind(WriteBehindOptions.defaults().flushInterval(Duration.ofMillis(5)))) {
      store.holdCommits();
      buffer.write("key", "1");
      Await.until("1 is in flight", () -> store.countHeldCommits() == 1);
      buffer.write("key", "2");
      Await.until("the timer has fired", () -> !((WriteBehindBuffer) buffer).isArmed());
      store.releaseCommits();
      Await.until("2 is committed", () -> "2".equals(storage.read("key")));
    }
  }

  @Test
  void writesLeaveEarlyWhenHalfOfTheBytesAreHeld() {
    try (WriteBehind buffer = storage.writeBehind(MANUAL.maxBytes(100_000))) {
      int i = 0;
      while (buffer.bytes() < 49_000) {
        buffer.write("key " + i++, "value");
      }
      assertNull(storage.read("key 0"));
      while (i < 300) {
        buffer.write("key " + i++, "value");
      }
      Await.until("the first is committed", () -> storage.read("key 0") != null);
    }
  }

  @Test
  void readsSeeWhatIsPendingAndInFlight() throws Exception {
    storage.runTransaction(tx -> tx.write("key", "0").write("other", "0"));
    try (WriteBehind buffer = storage.writeBehind(MANUAL);
        Crew crew = new Crew()) {
      assertEquals("0", buffer.read("key"));
      buffer.write("key", "1");
      buffer.delete("other");
      assertEquals("1", buffer.read("key"));
      assertNull(buffer.read("other"));
      assertEquals("0", storage.read("key"));
      store.holdCommits();
      crew.start(buffer::flush);
      Await.until("in flight", () -> store.countHeldCommits() == 1);
      assertEquals("1", buffer.read("key"), "in flight");
      assertNull(buffer.read("other"), "a delete in flight");
      buffer.write("key", "2");
      assertEquals("2", buffer.read("key"), "pending, and an older one in flight");
      buffer.delete("key");
      assertNull(buffer.read("key"), "a pending delete, and a write in flight");
      buffer.write("key", "3");
      store.releaseCommits();
      crew.join();
      assertEquals("3", buffer.read("key"), "pending");
      assertEquals("1", storage.read("key"));
      buffer.flush();
      assertEquals("3", storage.read("key"));
      assertEquals("3", buffer.read("key"), "applied");
      storage.runTransaction(tx -> tx.write("key", "4"));
      assertEquals("4", buffer.read("key"), "of the application");
    }
  }

  /** The store has confirmed the commit, but the watch is late. */
  @Test
  void readsDoNotGoBackUntilACommitIsApplied() {
    try (DistributedStorage late =
        DistributedStorage.builder(store).commitTimeout(Duration.ofMillis(200)).open()) {
      WriteBehind buffer = late.writeBehind(MANUAL);
      store.holdEvents();
      buffer.write("key", "1");
      try (Crew crew = new Crew()) {
        crew.start(buffer::flush);
        Await.until("confirmed", () -> late.status().counters().commits() == 1);
        for (int i = 0; i < 100_000; i++) {
          assertEquals("1", buffer.read("key"));
        }
        assertNull(late.read("key"));
        store.releaseEvents();
        crew.join();
      }
      assertEquals("1", late.read("key"));
      buffer.close();
    }
  }

  /** Fails if a flush ends before the newest value of each key is durable. */
  @Test
  void aFlushCoversWhatWasWrittenBefore() throws Exception {
    try (WriteBehind buffer = storage.writeBehind(MANUAL);
        Crew crew = new Crew()) {
      store.holdCommits();
      buffer.write("key", "1");
      AtomicBoolean first = new AtomicBoolean();
      crew.start(
          () -> {
            buffer.flush();
            first.set(true);
          });
      Await.until("1 is in flight", () -> store.countHeldCommits() == 1);
      buffer.write("key", "2");
      AtomicBoolean second = new AtomicBoolean();
      crew.start(
          () -> {
            buffer.flush();
            second.set(true);
            assertEquals(Map.of("key", "2"), stored());
          });
      assertEquals(Map.of(), stored());
      assertFalse(first.get() || second.get(), "nothing is durable");
      store.releaseCommits();
      crew.join();
      assertTrue(first.get() && second.get());
    }
  }

  @Test
  void aFlushWithoutWritesReturnsAtOnce() {
    try (WriteBehind buffer = storage.writeBehind(MANUAL)) {
      store.cut();
      buffer.flush();
      store.mend();
    }
  }

  @Test
  void keysAndValuesAreCheckedAtTheCall() {
    try (WriteBehind buffer = storage.writeBehind(MANUAL)) {
      Bytes value = Bytes.utf8("value");
      Bytes reserved = Bytes.of((byte) 0, (byte) 1);
      Bytes tooLong = Bytes.utf8("k".repeat(4_097));
      assertThrows(IllegalArgumentException.class, () -> buffer.write(Bytes.EMPTY, value));
      assertThrows(IllegalArgumentException.class, () -> buffer.write(reserved, value));
      assertThrows(IllegalArgumentException.class, () -> buffer.write(tooLong, value));
      assertThrows(
          IllegalArgumentException.class,
          () -> buffer.write(Bytes.utf8("key"), Bytes.wrap(new byte[1 << 20])));
      assertThrows(IllegalArgumentException.class, () -> buffer.delete(Bytes.EMPTY));
      assertThrows(IllegalArgumentException.class, () -> buffer.delete(reserved));
      assertThrows(IllegalArgumentException.class, () -> buffer.read(reserved));
      assertEquals(0, buffer.bytes());
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> WriteBehindOptions.defaults().flushInterval(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> WriteBehindOptions.defaults().maxBytes(0));
    assertThrows(
        IllegalArgumentException.class, () -> WriteBehindOptions.defaults().maxInFlight(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> WriteBehindOptions.defaults().retryTimeout(Duration.ofMillis(-1)));
  }

  @Test
  void aReadOnlyStorageHasNone() {
    try (DistributedStorage reader = DistributedStorage.builder(store).readOnly().open()) {
      assertThrows(ReadOnlyStorageException.class, () -> reader.writeBehind(MANUAL));
    }
  }

  /** Fails if a buffer has a thread, or a timer while it holds nothing. */
  @Test
  void aBufferHasNoThread() {
    storage.runTransaction(tx -> tx.write("key", "value"));
    long before = countThreads();
    for (int i = 0; i < 50; i++) {
      storage.writeBehind(MANUAL).write("key " + i, "value");
    }
    assertTrue(countThreads() <= before);
  }

  private static long countThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("petacore-"))
        .count();
  }

  @Test
  void whatIsHeldIsAMetric() {
    try (WriteBehind first = storage.writeBehind(MANUAL);
        WriteBehind second = storage.writeBehind(MANUAL)) {
      first.write("a", "1");
      second.write("b", "2");
      assertEquals(
          (double) (first.bytes() + second.bytes()),
          storage.metrics().value(StorageMetric.WRITE_BEHIND_USED));
    }
    assertEquals(0, storage.metrics().value(StorageMetric.WRITE_BEHIND_USED));
  }
}
