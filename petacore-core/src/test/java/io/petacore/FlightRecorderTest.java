package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.Batch;
import io.petacore.store.Operation;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.SteeredStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JFR recording holds of a storage. */
class FlightRecorderTest {

  private static final KeyRange FENCES = KeyRange.prefix(Bytes.of(new byte[] {0, 's', '/'}));

  private final SteeredStore store = new SteeredStore(EmbeddedKvStore.inMemory());
  private final DistributedStorage storage = DistributedStorage.open(store);

  @TempDir private Path directory;

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  private static Recording start() {
    Recording recording = new Recording();
    recording.enable("petacore.Transaction").withoutThreshold();
    recording.enable("petacore.CommitBatch").withoutThreshold();
    recording.start();
    return recording;
  }

  private List<RecordedEvent> events(Recording recording, String name) throws IOException {
    Path file = directory.resolve(name);
    recording.dump(file);
    return RecordingFile.readAllEvents(file).stream()
        .filter(event -> event.getEventType().getName().equals(name))
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .toList();
  }

  /** The events' classes were loaded, and their methods compiled perhaps, before it started. */
  @Test
  void aTransactionAndItsBatch() throws IOException {
    storage.runTransaction(tx -> tx.write("before", "not recorded"));
    try (Recording recording = start()) {
      long revision = storage.runTransaction(tx -> tx.write("a", "1").write("b", "2")).revision();
      storage.runTransaction(tx -> tx.read("a"));
      long second = storage.runTransactionAsync(tx -> tx.write("a", "3")).join().revision();

      List<RecordedEvent> transactions = events(recording, "petacore.Transaction");
      assertEquals(2, transactions.size(), transactions::toString);
      RecordedEvent first = transactions.get(0);
      assertEquals("committed", first.getString("outcome"));
      assertEquals(1, first.getInt("attempts"));
      assertEquals(2, first.getInt("keys"));
      assertEquals(revision, first.getLong("revision"));
      assertFalse(first.getDuration().isNegative() || first.getDuration().isZero());
      assertEquals(second, transactions.get(1).getLong("revision"));

      RecordedEvent batch = events(recording, "petacore.CommitBatch").get(0);
      assertEquals(1, batch.getInt("transactions"));
      assertEquals(revision, batch.getLong("revision"));
      assertTrue(batch.getLong("bytes") > 0);
      assertFalse(batch.getBoolean("inDoubt"));
    }
  }

  @Test
  void fastTransactionsAreLeftOutByDefault() throws IOException {
    storage.runTransaction(tx -> tx.write("warm", "up"));
    try (Recording recording = new Recording()) {
      recording.start();
      long begun = System.nanoTime();
      storage.runTransaction(tx -> tx.write("a", "1"));
      boolean fast = System.nanoTime() - begun < Duration.ofMillis(10).toNanos();
      List<RecordedEvent> transactions = events(recording, "petacore.Transaction");
      assertTrue(!fast || transactions.isEmpty(), transactions::toString);
      assertTrue(
          transactions.stream().allMatch(event -> event.getDuration().toMillis() >= 10),
          transactions::toString);
    }
  }

  @Test
  void aResyncAndTheWatchBeforeIt() throws IOException {
    storage.runTransaction(tx -> tx.write("a", "1"));
    try (Recording recording = start()) {
      store.cut(StoreException.Kind.COMPACTED, "compacted by the test");
      Await.until("the watch has ended", () -> storage.status().counters().resyncs() == 1);
      store.mend();
      Await.until("synced again", storage::isSynced);
      long revision = storage.revision();

      List<RecordedEvent> resyncs = events(recording, "petacore.Resync");
      assertEquals(1, resyncs.size());
      assertEquals(0, resyncs.get(0).getInt("keys"));
      assertEquals(revision, resyncs.get(0).getLong("revision"));
      assertTrue(resyncs.get(0).getBoolean("sameHistory"));
      RecordedEvent watch = events(recording, "petacore.WatchSession").get(0);
      assertTrue(watch.getBoolean("accepted"));
      assertTrue(watch.getString("reason").contains("compacted by the test"));
      assertTrue(watch.getDuration("openFor").toNanos() > 0, "although it was opened before");
    }
  }

  @Test
  void aLostSession() throws IOException {
    storage.runTransaction(tx -> tx.write("a", "1"));
    try (Recording recording = start()) {
      Bytes fence = store.range(new RangeRequest(FENCES, 0, 0)).join().entries().get(0).key();
      store.commit(new Batch(List.of(), List.of(new Operation.Delete(fence)), List.of())).join();
      Await.until("lost", () -> storage.status().counters().sessionsLost() == 1);
      List<RecordedEvent> lost = events(recording, "petacore.SessionLost");
      assertEquals(1, lost.size());
      assertTrue(fence.toUtf8().endsWith(lost.get(0).getString("session")));
    }
  }
}
