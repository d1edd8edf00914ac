package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.StorageClosedException;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Await;
import io.petacore.transaction.CommitResult;
import io.petacore.transaction.TransactionOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The application's executor rejects tasks, blocks, or runs them on the calling thread.
 *
 * <p><b>Invariant.</b> Every outcome is delivered, and no application code runs on a thread that
 * the storage needs.
 */
@Timeout(60)
class ApplicationExecutorTest {

  private static final TransactionOptions OPTIONS = TransactionOptions.defaults();

  private static final Executor REFUSING =
      task -> {
        throw new RejectedExecutionException("full");
      };

  private final AtomicBoolean givenUp = new AtomicBoolean();
  private final CountDownLatch chained = new CountDownLatch(1);
  private final KvStore store = EmbeddedKvStore.inMemory();
  private final CountDownLatch open = new CountDownLatch(1);
  private volatile Executor executor = ForkJoinPool.commonPool();
  private final DistributedStorage storage =
      DistributedStorage.builder(store)
          .namespace("n/")
          .executor(task -> executor.execute(task))
          .open();

  @AfterEach
  void close() {
    open.countDown();
    storage.close();
    store.close();
  }

  static Stream<Executor> refusals() {
    ExecutorService shutDown = Executors.newSingleThreadExecutor();
    shutDown.shutdown();
    return Stream.of(
        REFUSING,
        task -> {
          throw new IllegalStateException("no task is wanted");
        },
        task -> {
          throw new OutOfMemoryError("by the test: unable to create a thread");
        },
        shutDown,
        Runnable::run);
  }

  /** Blocks until the test ends; not for ever, or a failing test would not end. */
  private void block(Runnable task) {
    try {
      if (!open.await(20, TimeUnit.SECONDS)) {
        givenUp.set(true);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    task.run();
  }

  /** Runs on threads of the storage that neither apply changes nor run timers. */
  private static void requireHarmless(Thread thread) {
    assertFalse(thread.getName().contains("embedded-store"), thread::getName);
    assertFalse(thread.getName().equals("petacore-n/"), thread::getName);
    assertFalse(Thread.currentThread().equals(thread), thread::getName);
  }

  /** Hands tasks to an executor once the test has added dependents to its futures. */
  private Executor gated(Executor then) {
    return task -> {
      awaitLatch(chained);
      then.execute(task);
    };
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aCommittedTransactionIsReportedCommitted(Executor refusing) {
    executor = gated(refusing);
    CompletableFuture<Thread> completedOn =
        storage
            .runTransactionAsync(OPTIONS, tx -> tx.write("order", "paid"))
            .thenApply(result -> Thread.currentThread());
    chained.countDown();
    requireHarmless(completedOn.join());
    assertEquals("paid", storage.read("order"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aBodyRunsAgain(Executor refusing) {
    executor = refusing;
    AtomicInteger runs = new AtomicInteger();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    CompletableFuture<CommitResult> done =
        storage.runTransactionAsync(
            OPTIONS,
            tx -> {
              threads.add(Thread.currentThread());
              tx.write("key", "mine");
              if (runs.incrementAndGet() < 4) {
                storage.runTransaction(first -> first.write("key", "theirs"));
              }
            });
    done.join();
    assertEquals(4, runs.get());
    threads.stream().skip(1).forEach(ApplicationExecutorTest::requireHarmless);
    assertEquals("mine", storage.read("key"));
  }

  /** A dependent waits for other commits, which need the thread that applies changes. */
  @ParameterizedTest
  @MethodSource("refusals")
  void aDependentMayBlock(Executor refusing) {
    executor = gated(refusing);
    CompletableFuture<Thread> ran =
        storage
            .runTransactionAsync(
                OPTIONS,
                tx -> {
                  tx.write("a", "1");
                })
            .thenApply(
                result -> {
                  storage.runTransaction(tx -> tx.write("b", "2"));
                  return Thread.currentThread();
                });
    chained.countDown();
    requireHarmless(ran.join());
    assertEquals("2", storage.read("b"));
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Dependents wait for dependents, which takes more than one thread, and every task is rejected.
   */
  @Test
  void aDependentMayWaitForARejectedTask() {
    executor = gated(REFUSING);
    CompletableFuture<Integer> all = nested(3);
    chained.countDown();
    assertEquals(3, all.join());
  }

  private CompletableFuture<Integer> nested(int depth) {
    return storage
        .runTransactionAsync(OPTIONS, tx -> tx.write("key" + depth, "value"))
        .thenApply(result -> depth == 1 ? 1 : 1 + nested(depth - 1).join());
  }

  @Test
  void anExecutorThatBlocksDelaysNothing() throws Exception {
    executor = this::block;
    CompletableFuture<CommitResult> blocked =
        storage.runTransactionAsync(OPTIONS, tx -> tx.write("a", "1"));
    storage.runTransaction(tx -> tx.write("b", "1"));
    assertFalse(givenUp.get(), "commits continue while the executor blocks");
    assertEquals("1", storage.read("a"));
    CompletableFuture<CommitResult> more =
        storage.runTransactionAsync(OPTIONS, tx -> tx.write("c", "1"));
    blocked.get(30, TimeUnit.SECONDS);
    more.get(30, TimeUnit.SECONDS);
    assertFalse(givenUp.get(), "outcomes are delivered while the executor blocks");
  }

  /** The executor is used again once it accepts tasks. */
  @Test
  void anExecutorThatBlockedIsUsedAgain() throws Exception {
    executor = this::block;
    storage.runTransactionAsync(OPTIONS, tx -> tx.write("a", "1")).get(30, TimeUnit.SECONDS);
    AtomicInteger handed = new AtomicInteger();
    executor =
        task -> {
          handed.incrementAndGet();
          ForkJoinPool.commonPool().execute(task);
        };
    open.countDown();
    Await.until(
        "the executor is given tasks again",
        () -> {
          storage.runTransactionAsync(OPTIONS, tx -> tx.write("a", "2")).join();
          return handed.get() > 0;
        });
  }

  @Test
  void manyOutcomesAreDeliveredThoughAllTasksAreRejected() {
    executor = REFUSING;
    CompletableFuture<?>[] all = new CompletableFuture<?>[2_000];
    AtomicInteger delivered = new AtomicInteger();
    for (int i = 0; i < all.length; i++) {
      Bytes key = Bytes.utf8("key " + i);
      all[i] =
          storage
              .runTransactionAsync(OPTIONS, tx -> tx.write(key, key))
              .thenRun(delivered::incrementAndGet);
    }
    CompletableFuture.allOf(all).join();
    assertEquals(all.length, delivered.get());
  }

  /** The pool is shut down before the storage; no thread is left after the close. */
  @Test
  void outcomesKnownAtTheCloseAreDelivered() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    executor = pool;
    CompletableFuture<CommitResult> done =
        storage.runTransactionAsync(OPTIONS, tx -> tx.write("a", "1"));
    pool.shutdown();
    storage.close();
    try {
      done.join();
    } catch (CompletionException closed) {
      assertTrue(closed.getCause() instanceof StorageClosedException, closed::toString);
    }
    assertThrows(StorageClosedException.class, () -> storage.read("a"));
    Await.until(
        "no thread is left",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("petacore-n/")));
  }

  /** A close called by a dependent does not wait for its own thread. */
  @Test
  void aDependentMayCloseTheStorage() {
    executor = gated(REFUSING);
    CompletableFuture<Long> took =
        storage
            .runTransactionAsync(OPTIONS, tx -> tx.write("a", "1"))
            .thenApply(
                result -> {
                  long begun = System.nanoTime();
                  storage.close();
                  return System.nanoTime() - begun;
                });
    chained.countDown();
    assertTrue(took.join() < TimeUnit.SECONDS.toNanos(4), () -> took.join() + " ns");
  }
}
