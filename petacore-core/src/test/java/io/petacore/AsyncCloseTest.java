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
 * <p><b>Interleaving.</b> The body has met a second conflict, so it is to run again after a pause;
 * that is decided by a step on a busy executor, which comes to it after the close has ended the
 * scheduler: a timer that is set then never rings.
 */
class AsyncCloseTest {

  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger runs = new AtomicInteger();

  private void runNext() throws InterruptedException {
    requireNonNull(tasks.poll(10, TimeUnit.SECONDS), "nobody goes on").run();
  }

  @Test
  void whoIsToRunAgainIsToldOfTheClose() throws Exception {
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
      CompletionException told = assertThrows(CompletionException.class, done::join);
      assertInstanceOf(StorageClosedException.class, told.getCause());
      assertEquals("theirs " + runs.get(), other.read("key"));
    }
  }

  /**
   * A commit of the storage was confirmed and never came back, so that what runs again has to wait
   * for it; the close comes before it begins to.
   */
  @Test
  void whoWouldWaitForACommitThatNeverComesBackIsToldOfTheClose() throws Exception {
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
      CompletionException told = assertThrows(CompletionException.class, done::join);
      assertInstanceOf(StorageClosedException.class, told.getCause());
    }
  }

  /** Each would be kept until its revision comes, which may be never. */
  @Test
  void whoGivesUpWaitingForACommitLeavesNothingBehind() {
    try (SteeredStore store = new SteeredStore(EmbeddedKvStore.inMemory());
        DistributedStorage storage =
            DistributedStorage.builder(store).executor(tasks::add).open()) {
      store.holdEvents();
      TransactionOptions shortly = TransactionOptions.defaults().timeout(Duration.ofMillis(20));
      storage.runTransaction(shortly.timeout(Duration.ofMillis(300)), tx -> tx.write("a", "1"));
      for (int i = 0; i < 20; i++) {
        assertThrows(
            StoreUnavailableException.class,
            () ->
                storage.<@Nullable String, RuntimeException>callTransaction(
                    shortly, tx -> tx.read("a")));
        assertThrows(
            StoreUnavailableException.class,
            () -> storage.runTransactionAsync(shortly, tx -> tx.read("a")).join());
      }
      assertEquals(0, CacheInvariants.countWaiters(storage.engine.cache()));
      store.releaseEvents();
    }
  }
}
