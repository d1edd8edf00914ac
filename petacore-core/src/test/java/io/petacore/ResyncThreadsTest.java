package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.petacore.error.StoreUnavailableException;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A slow load does not delay timers. */
@Timeout(90)
class ResyncThreadsTest {
  private final CountDownLatch applying = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean slow;

  /** Read by a load when it processes the commit record, under the Synchronizer's lock. */
  private long wallClock() {
    if (slow && Thread.currentThread().getName().startsWith("petacore-n/")) {
      applying.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  @Test
  void aTimeoutIsKeptWhileALoadIsCompared() throws Exception {
    try (EmbeddedKvStore inner = EmbeddedKvStore.inMemory();
        SteeredStore store = new SteeredStore(inner);
        DistributedStorage other = DistributedStorage.builder(inner).namespace("n/").open();
        DistributedStorage storage =
            DistributedStorage.builder(store)
                .namespace("n/")
                .physicalClock(this::wallClock)
                .historyRetention(Duration.ofMillis(50))
                .open()) {
      store.cut();
      other.runTransaction(tx -> tx.write("a", "1"));
      other.runTransaction(tx -> tx.write("a", "2"));
      inner.compact(other.revision());
      slow = true;
      store.mend();
      applying.await();
      CompletableFuture<?> late =
          storage.runTransactionAsync(
              TransactionOptions.defaults().timeout(Duration.ofMillis(200)),
              tx -> tx.write("b", "1"));
      try {
        ExecutionException failure = awaitFailure(late);
        assertInstanceOf(StoreUnavailableException.class, failure.getCause());
        assertEquals(1, goOn.getCount(), "the load has not gone on");
      } finally {
        slow = false;
        goOn.countDown();
      }
      Await.until("it follows again", () -> "2".equals(storage.read("a")));
    }
  }

  private static ExecutionException awaitFailure(CompletableFuture<?> late) throws Exception {
    try {
      throw new AssertionError("it was committed: " + late.get(20, TimeUnit.SECONDS));
    } catch (ExecutionException failure) {
      return failure;
    }
  }
}
