package io.petacore.internal.writebehind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.WriteBehindException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.Crew;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindFailure;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A write that was taken is durable or reported once buffer or storage is closed. */
class WriteBehindCloseTest {

  private final KvStore inner = EmbeddedKvStore.inMemory();
  private final SteeredStore store = new SteeredStore(inner);
  private final List<WriteBehindFailure> reported = new CopyOnWriteArrayList<>();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).closeTimeout(Duration.ofMillis(300)).open();

  private final WriteBehindOptions manual =
      WriteBehindOptions.defaults()
          .flushInterval(Duration.ofDays(1))
          .flushTimeout(Duration.ofMillis(100))
          .onFailure(reported::add);

  private final WriteBehindOptions patient = manual.flushTimeout(Await.PATIENCE);

  @AfterEach
  void close() {
    store.mend();
    storage.close();
    inner.close();
  }

  private List<String> reportedKeys() {
    return reported.stream()
        .flatMap(failure -> failure.keys().stream())
        .map(Bytes::toUtf8)
        .sorted()
        .toList();
  }

  private long countStored() {
    try (DistributedStorage other = DistributedStorage.open(inner)) {
      return other.count(KeyRange.all());
    }
  }

  @Test
  void closeFlushesAndTakesNoMore() {
    WriteBehind buffer = storage.writeBehind(patient.maxInFlight(1));
    for (int i = 0; i < 10_000; i++) {
      buffer.write("key " + i, "value");
    }
    buffer.close();
    assertEquals(10_000, countStored());
    assertThrows(IllegalStateException.class, () -> buffer.write("key", "late"));
    assertThrows(IllegalStateException.class, () -> buffer.delete("key"));
    assertEquals("value", buffer.read("key 0"));
    buffer.close();
    buffer.flush();
  }

  @Test
  void closeIsBoundedAndReportsTheRest() {
    WriteBehind buffer = storage.writeBehind(manual);
    store.cut();
    buffer.write("a", "1");
    buffer.write("b", "2");
    WriteBehindException late = assertThrows(WriteBehindException.class, buffer::close);
    assertEquals(0, late.failed());
    storage.close(); // ends what is in flight
    Await.until("both are reported", () -> reportedKeys().equals(List.of("a", "b")));
    for (WriteBehindFailure failure : reported) {
      assertTrue(
          failure.cause() instanceof StoreUnavailableException
              || failure.cause() instanceof StorageClosedException,
          () -> failure.toString());
    }
    assertEquals(0, buffer.bytes());
  }

  /** The write that is only pending is reported when close returns; nothing is sent later. */
  @Test
  void whatIsPendingAfterCloseIsNeverSent() {
    store.holdCommits();
    WriteBehind buffer = storage.writeBehind(manual.maxInFlight(1));
    try (Crew crew = new Crew()) {
      buffer.write("key", "1");
      crew.start(() -> assertThrows(WriteBehindException.class, buffer::flush));
      Await.until("in flight", () -> store.countHeldCommits() == 1);
      buffer.write("key", "2");
      assertThrows(WriteBehindException.class, buffer::close);
      Await.until("2 is reported", () -> reportedKeys().equals(List.of("key")));
      assertInstanceOf(StoreUnavailableException.class, reported.get(0).cause());
      store.releaseCommits();
      Await.until("1 is durable", () -> "1".equals(storage.read("key")));
      Await.until("released", () -> buffer.bytes() == 0);
      crew.join();
    }
    assertEquals(1, reported.size());
  }

  @Test
  void theStorageFlushesItsBuffersFirst() {
    WriteBehind buffer = storage.writeBehind(patient);
    for (int i = 0; i < 1_000; i++) {
      buffer.write("key " + i, "value");
    }
    storage.close();
    assertTrue(((WriteBehindBuffer) buffer).whenIdle().isDone(), "close returned too early");
    assertEquals(1_000, countStored());
    assertEquals(List.of(), reported);
    assertThrows(StorageClosedException.class, () -> buffer.write("key", "late"));
    assertThrows(StorageClosedException.class, () -> storage.writeBehind(manual));
    buffer.close();
    buffer.flush();
  }

  @Test
  void theStorageReportsWhatItCanNotFlush() {
    WriteBehind buffer = storage.writeBehind(patient.maxInFlight(1));
    store.cut();
    for (int i = 0; i < 10_000; i++) {
      buffer.write("key " + i, "value"); // more than one transaction carries
    }
    storage.close();
    assertTrue(((WriteBehindBuffer) buffer).whenIdle().isDone(), "close returned too early");
    Await.until("all are reported", () -> reportedKeys().size() == 10_000);
    assertInstanceOf(StorageClosedException.class, reported.get(0).cause());
    assertEquals(0, buffer.bytes());
    WriteBehindException thrown = assertThrows(WriteBehindException.class, buffer::close);
    assertEquals(10_000, thrown.failed());
  }

  /** Fails if they wait for memory until close has ended, or may still replace what is pending. */
  @Test
  void closeRefusesWritersAtOnce() {
    store.cut();
    WriteBehind buffer =
        storage.writeBehind(patient.maxInFlight(1).maxBytes(600).writeTimeout(Await.PATIENCE));
    try (Crew crew = new Crew();
        Crew waiting = new Crew()) {
      buffer.write("key", "1");
      crew.start(() -> buffer.flush());
      Await.until("in flight", () -> ((WriteBehindBuffer) buffer).isInFlight(Bytes.utf8("key")));
      buffer.write("key", "2");
      waiting.start(
          () ->
              assertThrows(
                  IllegalStateException.class, () -> buffer.write("other", "x".repeat(50))));
      Await.until("it waits", () -> ((WriteBehindBuffer) buffer).isAwaited());
      crew.start(buffer::close);
      waiting.join();
      assertThrows(IllegalStateException.class, () -> buffer.write("key", "3"));
      store.mend();
      crew.join();
      assertEquals("2", storage.read("key"));
    }
  }

  /** Fails if a write gets in behind the last flush: it would be neither durable nor reported. */
  @Test
  void everyWriteThatReturnedIsDurable() {
    for (int round = 0; round < 50; round++) {
      String prefix = "round " + round + "/";
      WriteBehind buffer = storage.writeBehind(patient.flushInterval(Duration.ofMillis(1)));
      Set<String> taken = ConcurrentHashMap.newKeySet();
      try (Crew crew = new Crew()) {
        for (int thread = 0; thread < 4; thread++) {
          int number = thread;
          crew.start(
              () -> {
                for (int i = 0; ; i++) {
                  String key = prefix + number + "/" + i;
                  try {
                    buffer.write(key, "value");
                  } catch (IllegalStateException closed) {
                    return;
                  }
                  taken.add(key);
                }
              });
        }
        Await.until("they write", () -> taken.size() > 100);
        buffer.close();
        crew.join();
      }
      for (String key : taken) {
        assertEquals("value", storage.read(key), key);
      }
      assertEquals(0, buffer.bytes());
    }
  }

  /** The store was closed before its storage. */
  @Test
  void withoutAStoreWritesFail() {
    WriteBehind buffer = storage.writeBehind(patient);
    inner.close();
    buffer.write("key", "1");
    assertThrows(WriteBehindException.class, buffer::flush);
    Await.until("reported", () -> reportedKeys().equals(List.of("key")));
    assertInstanceOf(PetaCoreException.class, reported.get(0).cause());
  }
}
