package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.KeyRange;
import io.petacore.error.PetaCoreException;
import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreRefusedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.store.RangeRequest;
import io.petacore.store.StoreException;
import io.petacore.store.StoreException.Kind;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.LogCapture;
import io.petacore.testing.SteeredStore;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A storage that can't be opened reports why, at once if waiting does not help. */
class OpeningFailureTest {
  private final EmbeddedKvStore cluster = EmbeddedKvStore.inMemory();
  private final SteeredStore store = new SteeredStore(cluster);

  @AfterEach
  void close() {
    store.close();
  }

  private StorageBuilder builder() {
    return DistributedStorage.builder(store).namespace("shop/");
  }

  private <X extends PetaCoreException> X refusedAtOnce(Class<X> expected) {
    long begun = System.nanoTime();
    X refused = assertThrows(expected, () -> builder().open().close());
    assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 10, "at once");
    return refused;
  }

  private static void assertSays(String reason, Throwable failure) {
    assertTrue(String.valueOf(failure.getMessage()).contains(reason), failure.getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = {"MISCONFIGURED", "REJECTED"})
  void aPermanentRefusalFailsAtOnce(Kind kind) {
    store.cut(kind, "wrong password at etcd-1:2379");
    StoreRefusedException refused = refusedAtOnce(StoreRefusedException.class);
    assertSays("wrong password at etcd-1:2379", refused);
    assertInstanceOf(StoreException.class, refused.getCause());
    assertTrue(!String.valueOf(refused.getMessage()).contains("within"), refused.getMessage());
  }

  /** Only the format key can be read: the load would be retried for ever. */
  @ParameterizedTest
  @EnumSource(names = {"MISCONFIGURED", "REJECTED"})
  void aRefusedLoadFailsAtOnce(Kind kind) {
    store.beforeRange(
        request -> {
          if (request.range().to() == null || !request.range().equals(single(request))) {
            store.cut(kind, "may not read shop/");
          }
        });
    assertSays("may not read shop/", refusedAtOnce(StoreRefusedException.class));
  }

  private static KeyRange single(RangeRequest request) {
    return KeyRange.single(request.range().from());
  }

  @Test
  void aClosedStoreFailsAtOnce() {
    store.close();
    assertSays("closed before its storage", refusedAtOnce(StorageClosedException.class));
  }

  @Test
  void anOutageIsLoggedAfterTwoSecondsAndTheTimeoutHasItsReason() {
    store.cut(Kind.UNAVAILABLE, "connection refused: etcd-1:2379");
    try (LogCapture log = new LogCapture()) {
      StoreUnavailableException late =
          assertThrows(
              StoreUnavailableException.class,
              () -> builder().openTimeout(Duration.ofSeconds(4)).open().close());
      assertSays("connection refused: etcd-1:2379", late);
      assertSays("PT4S", late);
      assertInstanceOf(StoreException.class, late.getCause());
      assertEquals(1, log.lines("WARN", "connection refused: etcd-1:2379").size());
    }
  }

  /** The format key was read: the load hangs. */
  @Test
  void anOutageDuringTheLoadTimesOutWithItsReason() {
    store.beforeRange(
        request -> {
          if (!request.range().equals(single(request))) {
            store.cut(Kind.UNAVAILABLE, "connection lost: etcd-1:2379");
          }
        });
    StoreUnavailableException late =
        assertThrows(
            StoreUnavailableException.class,
            () -> builder().openTimeout(Duration.ofSeconds(1)).open().close());
    assertSays("connection lost: etcd-1:2379", late);
    assertInstanceOf(StoreException.class, late.getCause());
  }

  @Test
  void theStatusHasTheLastFailureAndTheLastContact() {
    try (DistributedStorage storage = builder().open()) {
      Instant opened = storage.status().lastContact();
      assertNotNull(opened);
      assertTrue(Duration.between(opened, Instant.now()).toSeconds() < 60);
      assertNull(storage.status().lastFailure());
      store.cut(Kind.MISCONFIGURED, "certificate expired");
      Await.until("the failure is reported", () -> storage.status().lastFailure() != null);
      StorageStatus.Failure failure = storage.status().lastFailure();
      assertNotNull(failure);
      assertEquals("certificate expired", failure.reason());
      store.mend();
      Await.until("synced again", storage::isSynced);
      storage.runTransaction(tx -> tx.write("key", "value"));
    }
  }

  @Test
  void anIncidentAtRunTimeIsLoggedOnceAndSoIsItsEnd() {
    try (LogCapture log = new LogCapture();
        DistributedStorage storage = builder().open()) {
      store.cut(Kind.UNAVAILABLE, "connection refused: etcd-1:2379");
      Await.until("a warning", () -> log.lines("WARN", "connection refused").size() == 1);
      store.mend();
      Await.until("the end", () -> log.lines("INFO", "answers again").size() == 1);
      Await.until("synced again", storage::isSynced);
      assertEquals(1, log.lines("WARN", "connection refused").size());
    }
  }

  @Test
  void theReasonOfARefusedCommitIsTheOutage() {
    try (DistributedStorage storage = builder().commitTimeout(Duration.ofMillis(300)).open()) {
      store.cut(Kind.UNAVAILABLE, "connection refused: etcd-1:2379");
      StoreUnavailableException late =
          assertThrows(
              StoreUnavailableException.class,
              () -> storage.runTransaction(tx -> tx.write("key", "value")));
      assertSays("could not be reached", late);
      assertSays("connection refused: etcd-1:2379", late);
    }
  }

  @Test
  void aStoreClosedBeforeItsStorageIsReportedAtOnce() {
    try (DistributedStorage storage = builder().open()) {
      store.close();
      StorageClosedException closed =
          assertThrows(
              StorageClosedException.class,
              () -> storage.runTransaction(tx -> tx.write("key", "value")));
      assertSays("the store was closed before its storage", closed);
    }
  }
}
