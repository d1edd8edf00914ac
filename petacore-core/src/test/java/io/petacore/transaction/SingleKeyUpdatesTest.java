package io.petacore.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.error.ValueFormatException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Crew;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Updates of one key, on a storage whose default level does not check for conflicts. */
class SingleKeyUpdatesTest {

  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes A = Bytes.utf8("a");
  private static final Bytes B = Bytes.utf8("b");

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).isolation(IsolationLevel.READ_COMMITTED).open();

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  @Test
  void onlyIfTheValueIsAsExpected() {
    assertTrue(storage.writeIfAbsent(KEY, A));
    assertFalse(storage.writeIfAbsent(KEY, B));
    assertFalse(storage.compareAndSet(KEY, B, B));
    assertFalse(storage.compareAndSet(KEY, null, B));
    assertEquals(A, storage.read(KEY));
    assertTrue(storage.compareAndSet(KEY, A, B));
    assertEquals(B, storage.read(KEY));
    assertTrue(storage.compareAndSet(Bytes.utf8("other"), null, B));
  }

  @Test
  void updatesMayCreateAndDelete() {
    assertEquals(A, storage.update(KEY, value -> value == null ? A : B));
    assertEquals(B, storage.update(KEY, value -> value == null ? A : B));
    assertNull(storage.update(KEY, value -> null));
    assertFalse(storage.exists(KEY));
  }

  @Test
  void countersAreDecimal() {
    assertEquals(5, storage.add(KEY, 5));
    assertEquals(-2, storage.add(KEY, -7));
    assertEquals(Bytes.utf8("-2"), storage.read(KEY));
    storage.runTransaction(
        tx -> {
          assertEquals(1, tx.add(KEY, 3));
          assertEquals(2, tx.add(KEY, 1));
        });
    storage.compareAndSet(KEY, Bytes.utf8("2"), Bytes.utf8("two"));
    assertThrows(ValueFormatException.class, () -> storage.add(KEY, 1));
    storage.runTransaction(tx -> tx.write(KEY, Bytes.of((byte) 0xff)));
    assertThrows(ValueFormatException.class, () -> storage.add(KEY, 1));
    storage.runTransaction(tx -> tx.write(KEY, Bytes.utf8(Long.toString(Long.MAX_VALUE))));
    assertThrows(ArithmeticException.class, () -> storage.add(KEY, 1));
  }

  /** Fails if an update is lost, which Read Committed would permit. */
  @Test
  void nothingIsLostBetweenThreads() {
    int threads = 4;
    long each = 50;
    try (Crew crew = new Crew()) {
      for (int thread = 0; thread < threads; thread++) {
        crew.start(
            () -> {
              for (int i = 0; i < each; i++) {
                storage.add(KEY, 1);
              }
            });
      }
      crew.join();
    }
    assertEquals(threads * each, storage.add(KEY, 0));
  }
}
