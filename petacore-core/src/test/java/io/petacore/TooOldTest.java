package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Timestamp;
import io.petacore.error.StoreUnavailableException;
import io.petacore.error.TransactionTooOldException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.Transaction;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A body that takes longer than the history retention runs again on a fresh snapshot, within the
 * limits of its transaction. Here no history is kept at all.
 */
class TooOldTest {
  private static final TransactionOptions OPTIONS = TransactionOptions.defaults();

  private final KvStore store = EmbeddedKvStore.inMemory();
  private final DistributedStorage storage =
      DistributedStorage.builder(store).maxHistoryBytes(0).open();
  private final AtomicInteger runs = new AtomicInteger();

  @BeforeEach
  void fill() {
    storage.runTransaction(tx -> tx.write("a", "0"));
  }

  @AfterEach
  void close() {
    storage.close();
    store.close();
  }

  /** Other commits make the snapshots of the body's first runs too old. */
  private void outlive(int times) {
    int run = runs.incrementAndGet();
    if (run <= times) {
      storage.runTransaction(tx -> tx.write("a", "of run " + run));
    }
  }

  private void readAndWrite(Transaction tx, int times) {
    outlive(times);
    tx.write("b", "after " + tx.read("a"));
  }

  private void writeBlindly(Transaction tx, int times) {
    outlive(times);
    tx.write("b", "written");
  }

  @Test
  void aLateRead() {
    storage.runTransaction(tx -> readAndWrite(tx, 3));
    assertEquals("after of run 3", storage.read("b"));
    assertEquals(4, runs.get());
    assertEquals(3, storage.status().counters().retries());
  }

  @Test
  void aLateReadInAReadOnlyTransaction() {
    String read =
        storage.callTransaction(
            tx -> {
              outlive(2);
              return tx.read("a");
            });
    assertEquals("of run 2", read);
    assertEquals(3, runs.get());
  }

  @Test
  void aLateCommit() {
    storage.runTransaction(tx -> writeBlindly(tx, 3));
    assertEquals("written", storage.read("b"));
    assertEquals(4, runs.get());
  }

  @Test
  void asynchronously() {
    storage.runTransactionAsync(OPTIONS, tx -> readAndWrite(tx, 3)).join();
    assertEquals("after of run 3", storage.read("b"));
    assertEquals(4, runs.get());
    runs.set(0);
    storage.runTransactionAsync(OPTIONS, tx -> writeBlindly(tx, 3)).join();
    assertEquals("written", storage.read("b"));
    assertEquals(4, runs.get());
  }

  @Test
  void maxAttemptsAreKept() {
    TransactionOptions thrice = OPTIONS.maxAttempts(3);
    assertThrows(
        TransactionTooOldException.class,
        () -> storage.runTransaction(thrice, tx -> readAndWrite(tx, 100)));
    assertEquals(3, runs.get());
    runs.set(0);
    assertThrows(
        TransactionTooOldException.class,
        () -> storage.runTransaction(thrice, tx -> writeBlindly(tx, 100)));
    assertEquals(3, runs.get());
    runs.set(0);
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            storage.runTransactionAsync(thrice, tx -> readAndWrite(tx, 100))::join);
    assertInstanceOf(TransactionTooOldException.class, failure.getCause());
    assertEquals(3, runs.get());
  }

  /** There is no body that could run again. */
  @Test
  void anExplicitTransactionEnds() {
    try (ExplicitTransaction tx = storage.begin(OPTIONS)) {
      assertThrows(TransactionTooOldException.class, () -> readAndWrite(tx, 1));
    }
    try (ExplicitTransaction tx = storage.begin(OPTIONS)) {
      runs.set(0);
      writeBlindly(tx, 1);
      assertThrows(TransactionTooOldException.class, tx::commit);
    }
  }

  /** A state of the past that a body asks for does not come back. */
  @Test
  void aPastThatTheBodyAsksForIsNotRetried() {
    assertThrows(
        TransactionTooOldException.class,
        () ->
            storage.runTransaction(
                tx -> {
                  runs.incrementAndGet();
                  storage.snapshotAt(Timestamp.of(1)).close();
                }));
    assertEquals(1, runs.get());
    assertThrows(
        CompletionException.class,
        storage.runTransactionAsync(
                OPTIONS,
                tx -> {
                  runs.incrementAndGet();
                  storage.snapshotAt(Timestamp.of(1)).close();
                })
            ::join);
    assertEquals(2, runs.get());
  }

  /** Fails if the time is said to be used up by a conflict although the last run had none. */
  @Test
  void anEarlierConflictIsNotBlamedForALateRevision() {
    SteeredStore steered = new SteeredStore(store);
    try (DistributedStorage node = DistributedStorage.builder(steered).maxHistoryBytes(0).open()) {
      StoreUnavailableException late =
          assertThrows(
              StoreUnavailableException.class,
              () ->
                  node.runTransaction(
                      OPTIONS.timeout(Duration.ofSeconds(2)),
                      tx -> {
                        if (runs.incrementAndGet() == 1) {
                          node.runTransaction(other -> other.write("b", "conflicting"));
                        } else {
                          node.runTransaction(other -> other.write("a", "later"));
                          steered.holdEvents();
                          // Acknowledged at its deadline by the store's answer.
                          node.runTransaction(
                              OPTIONS.timeout(Duration.ofMillis(100)),
                              other -> other.write("c", "not delivered"));
                        }
                        tx.write("b", "written");
                      }));
      assertTrue(late.toString().contains("was not applied in time"), late.toString());
      assertEquals(2, runs.get());
      steered.releaseEvents();
    }
  }
}
