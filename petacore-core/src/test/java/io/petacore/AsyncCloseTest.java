package io.petacore;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.error.StorageClosedException;
import io.petacore.error.StoreUnavailableException;
import io.petacore.internal.mvcc.CacheInvariants;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.testing.SteeredStore;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.TransactionOptions;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A storage is closed while an asynchronous transaction is between two runs of its body.
 *
 * <p><b>Invariant.</b> Every future completes.
 *
 * <p><b>Interleaving.</b> After a second conflict the body is to run again after a backoff. A step
 * on a busy executor decides that, after the close has shut down the scheduler: a timer started
 * then never ends.
 */
class AsyncCloseTest {

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger runs = new AtomicInteger();

  private void runNext() throws InterruptedException {
    requireNonNull(tasks.poll(10, TimeUnit.SECONDS), "no step").run();
  }

  @Test
  void aRunThatBacksOffFailsOnClose() throws Exception {
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage other = DistributedStorage.open(store)) {
      DistributedStorage storage = DistributedStorage.builder(store).executor(tasks::add).open();
      CompletableFuture<CommitResult> done =
          storage.runTransactionAsync(
              TransactionOptions.defaults(),
              tx -> {
                tx.write("key", "mine");
                String theirs = "theirs " + runs.incrementAndGet();
                other.runTransaction(first -> first.write("key", theirs));
              });
      while (runs.get() < 2) {
        runNext();
      }
      Runnable secondConflict = requireNonNull(tasks.poll(10, TimeUnit.SECONDS));
      storage.close();
      secondConflict.run();
      while (!done.isDone()) {
        runNext();
      }
      CompletionException failure = assertThrows(CompletionException.class, done::join);
      assertInstanceOf(StorageClosedException.class, failure.getCause());
      assertEquals("theirs " + runs.get(), other.read("key"));
    }
  }

  /**
   * A confirmed commit of the storage is never applied, so that the next run has to wait for it;
   * the storage is closed before it begins to wait.
   */
  @Test
  void aRunThatWaitsForAnEarlierCommitFailsOnClose() throws Exception {
    try (KvStore inner = EmbeddedKvStore.inMemory();
        DistributedStorage other = DistributedStorage.open(inner)) {
      SteeredStore store = new SteeredStore(inner);
      DistributedStorage storage =
          DistributedStorage.builder(store)
              .executor(tasks::add)
              .commitTimeout(Duration.ofMillis(500))
              .open();
      CompletableFuture<CommitResult> done =
          storage.runTransactionAsync(
              TransactionOptions.defaults().timeout(Duration.ofMinutes(1)),
              tx -> {
                tx.write("key", "mine");
                if (runs.incrementAndGet() > 1) {
                  return;
                }
                other.runTransaction(first -> first.write("key", "theirs"));
                Await.until("theirs is here", () -> "theirs".equals(storage.read("key")));
                store.holdEvents();
                storage.runTransaction(late -> late.write("confirmed", "and not seen"));
              });
      assertNull(storage.read("confirmed"));
      Runnable conflict = requireNonNull(tasks.poll(10, TimeUnit.SECONDS));
      storage.close();
      conflict.run();
      while (!done.isDone()) {
        runNext();
      }
      CompletionException failure = assertThrows(CompletionException.class, done::join);
      assertInstanceOf(StorageClosedException.class, failure.getCause());
      assertEquals(1, runs.get(), "the body does not run without the earlier commit");
    }
  }

  /** A waiter would be kept until its revision is applied, which may be never. */
  @Test
  void aTimedOutWaitForACommitLeavesNoWaiter() throws Exception {
    try (SteeredStore store = new SteeredStore(EmbeddedKvStore.inMemory());
        DistributedStorage storage =
            DistributedStorage.builder(store).executor(tasks::add).open()) {
      store.holdEvents();
      TransactionOptions shortly = TransactionOptions.defaults().timeout(Duration.ofMillis(20));
      storage.runTransaction(shortly.timeout(Duration.ofMillis(300)), tx -> tx.write("a", "1"));
      for (int i = 0; i < 20; i++) {
        assertThrows(
            StoreUnavailableException.class,
            () -> storage.<@Nullable String>callTransaction(shortly, tx -> tx.read("a")));
        CompletableFuture<CommitResult> late =
            storage.runTransactionAsync(shortly, tx -> tx.read("a"));
        while (!late.isDone()) {
          runNext();
        }
        assertInstanceOf(
            StoreUnavailableException.class,
            assertThrows(CompletionException.class, late::join).getCause());
      }
      assertEquals(0, CacheInvariants.countWaiters(storage.engine.cache()));
      store.releaseEvents();
    }
  }
}
