package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.SteeredStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StorageBuilderTest {

  /** Settings that are read late: at the close, and by later commits. */
  @Test
  void changingTheBuilderDoesNotChangeAnOpenStorage() {
    SteeredStore store = new SteeredStore(EmbeddedKvStore.inMemory());
    List<StorageStatus.State> reported = Collections.synchronizedList(new ArrayList<>());
    StorageBuilder builder =
        DistributedStorage.builder(store)
            .closeTimeout(Duration.ofMillis(200))
            .statusListener(status -> reported.add(status.state()));
    DistributedStorage storage = builder.open();
    builder.closeTimeout(Duration.ofMinutes(5)).readOnly().statusListener(status -> {});
    storage.runTransaction(tx -> tx.write("key", "value"));
    store.holdCommits();
    CompletableFuture<?> held = storage.runTransactionAsync(tx -> tx.write("key", "held"));
    Await.until("sent", () -> store.countHeldCommits() > 0);
    store.cut();
    long begun = System.nanoTime();
    storage.close();
    long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
    assertTrue(seconds < 60, seconds + " s");
    Await.until("failed", held::isCompletedExceptionally);
    Await.until("reported", () -> reported.contains(StorageStatus.State.CLOSED));
    store.close();
  }

  @Test
  void countersHaveNames() {
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      storage.runTransaction(tx -> tx.write("key", "value"));
      StorageCounters counters = storage.status().counters();
      assertEquals(1, counters.commits());
      assertEquals(1, counters.get(StorageCounters.Counter.COMMITS));
      assertEquals(1L, counters.asMap().get(StorageCounters.Counter.COMMITS));
      assertEquals(StorageCounters.Counter.values().length, counters.asMap().size());
      assertEquals("batchedTransactions", StorageCounters.Counter.BATCHED_TRANSACTIONS.label());
      assertTrue(counters.toString().startsWith("StorageCounters{commits=1, batches="));
      assertEquals(counters, StorageCounters.of(counters.asMap()));
    }
  }
}
