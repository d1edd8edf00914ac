package io.petacore.internal.writebehind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.StorageStatus;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.error.CommitOutcomeUnknownException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.UniqueViolationException;
import io.petacore.error.WriteBehindException;
import io.petacore.store.Batch;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.CommitFaults;
import io.petacore.testing.Crew;
import io.petacore.testing.LogCapture;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindFailure;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What fails is tried again, or reported with its keys; its neighbours become durable. */
class WriteBehindFailuresTest {

  private final KvStore inner = EmbeddedKvStore.inMemory();
  private final SteeredStore store = new SteeredStore(inner);
  private final CommitFaults faults = new CommitFaults(store, "n/");
  private final List<WriteBehindFailure> reported = new CopyOnWriteArrayList<>();
  private final DistributedStorage storage =
      DistributedStorage.builder(store)
          .namespace("n/")
          .commitTimeout(Duration.ofMillis(300))
          .uniqueIndex("byWord", KeyRange.prefix("word/"), entry -> List.of(entry.value()))
          .open();

  private final WriteBehindOptions manual =
      WriteBehindOptions.defaults().flushInterval(Duration.ofDays(1)).onFailure(reported::add);

  @AfterEach
  void close() {
    store.mend();
    faults.stop();
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

  private WriteBehindException assertFlushFails(WriteBehind buffer, int writes) {
    WriteBehindException thrown = assertThrows(WriteBehindException.class, buffer::flush);
    assertEquals(writes, thrown.failed(), thrown::getMessage);
    Await.until("reported", () -> reportedKeys().size() == writes);
    return thrown;
  }

  // ---- the store is away

  /** Each attempt fails after 300 ms; the bound of a minute is not reached. */
  @Test
  void writesAreTriedAgainUntilTheStoreIsBack() throws Exception {
    try (WriteBehind buffer = storage.writeBehind(manual);
        Crew crew = new Crew()) {
      store.cut();
      buffer.write("key", "1");
      crew.start(buffer::flush);
      Await.until("an attempt has failed", () -> hasFailed(buffer));
      assertEquals("1", buffer.read("key"));
      Await.until(
          "another is being made",
          () -> ((WriteBehindBuffer) buffer).isInFlight(Bytes.utf8("key")));
      buffer.write("key", "2");
      Await.until("that has failed, too", () -> buffer.bytes() < 2 * 200);
      store.mend();
      crew.join();
      assertEquals("2", storage.read("key"));
      assertEquals(List.of(), reported);
      assertEquals(0, buffer.bytes());
    }
  }

  private static boolean hasFailed(WriteBehind buffer) {
    return ((WriteBehindBuffer) buffer).lastFailure() instanceof StoreUnavailableException;
  }

  @Test
  void afterTheBoundWritesAreReportedWithTheirKeys() {
    storage.runTransaction(tx -> tx.write("deleted", "before").write("written", "before"));
    WriteBehind buffer = storage.writeBehind(manual.retryTimeout(Duration.ZERO));
    store.cut();
    buffer.write("written", "1");
    buffer.delete("deleted");
    assertFlushFails(buffer, 2);
    Await.until("they are reported", () -> reportedKeys().equals(List.of("deleted", "written")));
    assertInstanceOf(StoreUnavailableException.class, reported.get(0).cause());
    assertFalse(reported.get(0).mayHaveBeenApplied());
    assertEquals(0, buffer.bytes());
    assertEquals("before", buffer.read("written"), "the buffer holds it no longer");
    assertEquals(2, storage.status().counters().writeBehindFailures());
    store.mend();
    Await.until("it is connected", () -> storage.status().state() == StorageStatus.State.SYNCED);
    buffer.write("written", "2");
    buffer.flush(); // the failures were reported
    assertEquals("2", storage.read("written"));
    buffer.close();
  }

  /** Not even that of a flush that has given up waiting. */
  @Test
  void aFailureWithoutAFlushIsReportedToTheNextOne() {
    WriteBehind buffer =
        storage.writeBehind(manual.retryTimeout(Duration.ZERO).flushInterval(Duration.ofMillis(5)));
    store.cut();
    buffer.write("key", "1");
    Await.until("reported", () -> reported.size() == 1);
    WriteBehindException thrown = assertThrows(WriteBehindException.class, buffer::flush);
    assertTrue(String.valueOf(thrown.getMessage()).contains("key"), thrown::getMessage);
    buffer.close();
  }

  /** The newer value is the one that counts. */
  @Test
  void aFailedWriteThatWasReplacedIsNotReported() {
    try (WriteBehind buffer = storage.writeBehind(manual.retryTimeout(Duration.ZERO))) {
      faults.inject(
          (keys, pass) -> {
            buffer.write("key", "2");
            faults.inject((again, passAgain) -> passAgain.get());
            return CommitFaults.failed(Kind.REJECTED);
          });
      buffer.write("key", "1");
      buffer.flush();
      assertEquals("2", storage.read("key"));
      assertEquals(List.of(), reported);
    }
  }

  /** Else the old value would be stored between two newer ones. */
  @Test
  void aPartIsNotSentOnceThereIsANewerWrite() {
    List<Bytes> sent = new CopyOnWriteArrayList<>();
    try (WriteBehind buffer = storage.writeBehind(manual)) {
      faults.inject(
          (keys, pass) -> {
            buffer.write("key 1", "newer");
            faults.inject(
                (again, passAgain) -> {
                  sent.addAll(again);
                  return passAgain.get();
                });
            return CommitFaults.failed(Kind.REJECTED);
          });
      buffer.write("key 1", "1");
      buffer.write("key 2", "1");
      buffer.flush();
      assertEquals("newer", storage.read("key 1"));
      assertEquals("1", storage.read("key 2"));
      assertEquals(List.of("key 1", "key 2"), sent.stream().map(Bytes::toUtf8).sorted().toList());
    }
  }

  // ---- unknown outcomes

  /** The answer is lost, and the commit was applied: sent again, it would undo the other node's. */
  @Test
  void aWriteOfUnknownOutcomeIsNotSentAgainBeforeThatIsResolved() {
    AtomicInteger batches = new AtomicInteger();
    try (DistributedStorage other = DistributedStorage.builder(inner).namespace("n/").open();
        WriteBehind buffer = storage.writeBehind(manual);
        Crew crew = new Crew()) {
      faults.inject(
          (keys, pass) -> {
            batches.incrementAndGet();
            store.holdEvents();
            return pass.get().thenCompose(done -> CommitFaults.failed(Kind.OUTCOME_UNKNOWN));
          });
      buffer.write("key", "mine");
      crew.start(buffer::flush);
      Await.until("unknown", () -> storage.status().counters().unknownOutcomes() == 1);
      other.runTransaction(tx -> tx.write("key", "theirs"));
      assertEquals("mine", buffer.read("key"), "in flight");
      store.releaseEvents();
      crew.join();
      assertEquals("theirs", storage.read("key"));
      assertEquals(1, batches.get());
      assertEquals(List.of(), reported);
    }
  }

  /** It is resolved as not applied, and therefore sent again. */
  @Test
  void aWriteFoundNotToBeAppliedIsSentAgain() {
    try (WriteBehind buffer = storage.writeBehind(manual);
        Crew crew = new Crew()) {
      faults.inject(
          (keys, pass) -> {
            store.holdEvents();
            faults.stop();
            return CommitFaults.failed(Kind.OUTCOME_UNKNOWN);
          });
      buffer.write("key", "1");
      crew.start(buffer::flush);
      Await.until("unknown", () -> storage.status().counters().unknownOutcomes() == 1);
      store.releaseEvents();
      crew.join();
      assertEquals("1", storage.read("key"));
      assertEquals(List.of(), reported);
    }
  }

  /** If it can't be resolved, the report says that it may have been applied. */
  @Test
  void aReportSaysWhetherAWriteMayHaveBeenApplied() {
    WriteBehind buffer = storage.writeBehind(manual);
    try (Crew crew = new Crew()) {
      faults.inject(
          (keys, pass) -> {
            store.cut();
            return CommitFaults.failed(Kind.OUTCOME_UNKNOWN);
          });
      buffer.write("key", "1");
      crew.start(() -> assertThrows(WriteBehindException.class, buffer::flush));
      Await.until("unknown", () -> storage.status().counters().unknownOutcomes() == 1);
      storage.close();
      crew.join();
    }
    Await.until("they are reported", () -> reportedKeys().equals(List.of("key")));
    assertInstanceOf(CommitOutcomeUnknownException.class, reported.get(0).cause());
    assertTrue(reported.get(0).mayHaveBeenApplied());
  }

  // ---- refused content

  @Test
  void whatTheStoreRefusesFailsWithoutItsNeighbours() {
    faults.inject(
        (keys, pass) ->
            keys.contains(Bytes.utf8("key 123")) || keys.contains(Bytes.utf8("key 456"))
                ? CommitFaults.failed(Kind.REJECTED)
                : pass.get());
    WriteBehind buffer = storage.writeBehind(manual);
    for (int i = 0; i < 1_000; i++) {
      buffer.write("key " + i, "value");
    }
    assertFlushFails(buffer, 2);
    Await.until("they are reported", () -> reportedKeys().equals(List.of("key 123", "key 456")));
    assertInstanceOf(StoreRefusedException.class, reported.get(0).cause());
    assertEquals(998, storage.count(KeyRange.all()));
    assertEquals(0, buffer.bytes());
    buffer.close();
  }

  @Test
  void aUniqueViolationFailsTheKeyAtFault() {
    storage.runTransaction(tx -> tx.write("word/1", "taken"));
    WriteBehind buffer = storage.writeBehind(manual);
    buffer.write("a", "1");
    buffer.write("word/2", "taken");
    buffer.write("word/3", "free");
    assertFlushFails(buffer, 1);
    Await.until("they are reported", () -> reportedKeys().equals(List.of("word/2")));
    assertInstanceOf(UniqueViolationException.class, reported.get(0).cause());
    assertEquals("1", storage.read("a"));
    assertEquals("free", storage.read("word/3"));
    buffer.close();
  }

  /** Only present keys may be so long, and this one was deleted since. */
  @Test
  void aLongKeyThatHasGoneFailsAlone() {
    String key = "k".repeat(4_097);
    inner
        .commit(
            new Batch(
                List.of(),
                List.of(new Operation.Put(Bytes.utf8("n/" + key), Bytes.utf8("foreign"))),
                List.of()))
        .join();
    Await.until("it is here", () -> storage.read(key) != null);
    WriteBehind buffer = storage.writeBehind(manual);
    buffer.write(key, "1");
    buffer.write("neighbour", "1");
    storage.runTransaction(tx -> tx.delete(key));
    assertFlushFails(buffer, 1);
    Await.until("they are reported", () -> reportedKeys().equals(List.of(key)));
    assertInstanceOf(IllegalArgumentException.class, reported.get(0).cause());
    assertNull(storage.read(key));
    assertEquals("1", storage.read("neighbour"));
    buffer.close();
  }

  /** Some are too large by their bytes, some by the number of operations. */
  @Test
  void transactionsThatAreTooLargeAreDivided() {
    try (KvStore small = EmbeddedKvStore.builder().maxOperations(16).build();
        DistributedStorage node = DistributedStorage.open(small);
        WriteBehind buffer = node.writeBehind(manual)) {
      for (int i = 0; i < 3_000; i++) {
        buffer.write("key " + i, "value");
      }
      for (int i = 0; i < 8; i++) {
        buffer.write("large " + i, "x".repeat(400_000));
      }
      buffer.flush();
      assertEquals(3_008, node.count(KeyRange.all()));
      assertEquals(List.of(), reported);
    }
  }

  // ---- the listener

  /** Fails if a lock is held during the call, or an exception of the listener has consequences. */
  @Test
  void aListenerMayUseTheBufferAndThrow() {
    TreeSet<String> threads = new TreeSet<>();
    try (DistributedStorage node =
        DistributedStorage.builder(store)
            .namespace("n/")
            .executor(task -> new Thread(task, "of the application").start())
            .open()) {
      WriteBehind[] buffers = new WriteBehind[1];
      WriteBehind buffer =
          node.writeBehind(
              manual.onFailure(
                  failure -> {
                    threads.add(Thread.currentThread().getName());
                    faults.stop();
                    buffers[0].write("instead", "1");
                    buffers[0].flush();
                    reported.add(failure);
                    throw new IllegalStateException("by the test");
                  }));
      buffers[0] = buffer;
      faults.inject((keys, pass) -> CommitFaults.failed(Kind.REJECTED));
      buffer.write("key", "1");
      assertThrows(WriteBehindException.class, buffer::flush);
      Await.until("reported", () -> reported.size() == 1);
      assertEquals("1", node.read("instead"));
      assertEquals(List.of("of the application"), List.copyOf(threads));
      buffer.close();
    }
  }

  @Test
  void withoutAListenerFailuresAreLogged() {
    try (LogCapture log = new LogCapture()) {
      WriteBehind buffer =
          storage.writeBehind(
              WriteBehindOptions.defaults()
                  .flushInterval(Duration.ofDays(1))
                  .retryTimeout(Duration.ZERO));
      store.cut();
      buffer.write("key", "1");
      assertThrows(WriteBehindException.class, buffer::flush);
      Await.until("logged", () -> !log.lines("ERROR", "key").isEmpty());
      buffer.close();
    }
  }
}
