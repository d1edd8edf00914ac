package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadSchedulerTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final ThreadScheduler scheduler = new ThreadScheduler("the-name");

  @AfterEach
  void stop() {
    scheduler.shutdown();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  /** Keeps the thread busy until the latch is opened; returns when it is busy. */
  private CountDownLatch block() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CompletableFuture<Void> busy = new CompletableFuture<>();
    scheduler.execute(
        () -> {
          busy.complete(null);
          awaitUninterrupted(open);
        });
    get(busy);
    return open;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError("a running task is not interrupted", e);
    }
  }

  @Test
  void tasksRunOnOneDaemonThreadWithTheNameInOrder() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      scheduler.execute(
          () -> {
            threads.add(Thread.currentThread());
            order.add(number);
          });
    }
    scheduler.execute(() -> last.complete(null));
    get(last);
    assertEquals(1, threads.stream().distinct().count());
    assertEquals("the-name", threads.get(0).getName());
    assertTrue(threads.get(0).isDaemon());
    for (int i = 0; i < 100; i++) {
      assertEquals(i, order.get(i));
    }
  }

  @Test
  void aDelayPassesFirst() throws Exception {
    CompletableFuture<Long> ran = new CompletableFuture<>();
    long before = scheduler.nanoTime();
    scheduler.schedule(Duration.ofMillis(20), () -> ran.complete(scheduler.nanoTime()));
    assertTrue(get(ran) - before >= 20_000_000);
  }

  @Test
  void aTaskThatThrowsDoesNotEndTheThread() throws Exception {
    CompletableFuture<Void> next = new CompletableFuture<>();
    scheduler.execute(
        () -> {
          throw new IllegalStateException("scripted");
        });
    scheduler.schedule(
        Duration.ZERO,
        () -> {
          throw new AssertionError("scripted");
        });
    scheduler.execute(() -> next.complete(null));
    get(next);
  }

  /** An executor of the JDK silently ends a repeated task that throws. */
  @Test
  void aRepeatedTaskIsRepeatedAfterAnExceptionUntilItReturnsFalse() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    CompletableFuture<Void> enough = new CompletableFuture<>();
    scheduler.repeat(
        Duration.ofMillis(1),
        () -> {
          switch (ran.incrementAndGet()) {
            case 1 -> throw new IllegalStateException("scripted");
            case 2 -> throw new OutOfMemoryError("scripted");
            case 3 -> {
              enough.complete(null);
              return false;
            }
            default -> throw new AssertionError("it was run again");
          }
        });
    get(enough);
    CompletableFuture<Void> later = new CompletableFuture<>();
    scheduler.schedule(Duration.ofMillis(20), () -> later.complete(null));
    get(later);
    assertEquals(3, ran.get());
  }

  /** Each waits for the next one, and none delays timers. */
  @Test
  void tasksThatBlockRunConcurrently() throws Exception {
    CountDownLatch all = new CountDownLatch(3);
    CompletableFuture<Void> timer = new CompletableFuture<>();
    for (int i = 0; i < 3; i++) {
      scheduler.executeBlocking(
          () -> {
            all.countDown();
            awaitUninterrupted(all);
            timer.join();
          });
    }
    awaitUninterrupted(all);
    scheduler.schedule(Duration.ZERO, () -> timer.complete(null));
    get(timer);
    scheduler.shutdown();
    assertTrue(scheduler.awaitTermination(BOUND));
  }

  @Test
  void aTaskThatMayBlockRunsAfterTheShutdownToo() throws Exception {
    scheduler.shutdown();
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    scheduler.executeBlocking(() -> ran.complete(Thread.currentThread()));
    assertTrue(get(ran).isDaemon());
    assertTrue(scheduler.awaitTermination(BOUND));
    assertFalse(get(ran).isAlive());
  }

  @Test
  void aCancelledTaskDoesNotRun() throws Exception {
    CountDownLatch open = block();
    AtomicInteger ran = new AtomicInteger();
    Scheduler.Cancellable off = scheduler.schedule(Duration.ZERO, ran::incrementAndGet);
    CompletableFuture<Void> last = new CompletableFuture<>();
    scheduler.execute(() -> last.complete(null));
    off.cancel();
    open.countDown();
    get(last);
    off.cancel();
    assertEquals(0, ran.get());
  }

  /** Scheduled tasks are discarded, due or not; the running one ends, uninterrupted. */
  @Test
  void afterShutdownNoFurtherTaskRuns() throws Exception {
    CountDownLatch open = block();
    AtomicInteger ran = new AtomicInteger();
    scheduler.execute(ran::incrementAndGet);
    scheduler.schedule(Duration.ZERO, ran::incrementAndGet);
    scheduler.schedule(Duration.ofMillis(1), ran::incrementAndGet);
    scheduler.schedule(Duration.ofHours(1), ran::incrementAndGet);
    scheduler.shutdown();
    scheduler.execute(ran::incrementAndGet);
    scheduler.schedule(Duration.ZERO, ran::incrementAndGet).cancel();
    assertFalse(scheduler.awaitTermination(Duration.ZERO), "a task is still running");
    open.countDown();
    assertTrue(scheduler.awaitTermination(BOUND));
    assertEquals(0, ran.get());
  }

  @Test
  void aSchedulerWithoutTasksTerminates() throws Exception {
    scheduler.shutdown();
    assertTrue(scheduler.awaitTermination(BOUND));
  }

  /** The pool reports its end from a thread that has yet to end. */
  @Test
  void noThreadIsLeftAfterTermination() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      ThreadScheduler shortLived = new ThreadScheduler("short-lived");
      CompletableFuture<Thread> runner = new CompletableFuture<>();
      shortLived.execute(() -> runner.complete(Thread.currentThread()));
      Thread thread = get(runner);
      shortLived.shutdown();
      assertTrue(shortLived.awaitTermination(BOUND));
      assertFalse(thread.isAlive(), "round " + i);
    }
  }

  @Test
  void aTaskMayShutTheSchedulerDown() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    scheduler.execute(
        () -> {
          scheduler.execute(ran::incrementAndGet);
          scheduler.shutdown();
        });
    assertTrue(scheduler.awaitTermination(BOUND));
    assertEquals(0, ran.get());
  }
}
