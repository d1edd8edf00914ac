package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fork-join pool gets tasks without a thread of the library in between. */
class ForkJoinHandOverTest {

  private final ForkJoinPool pool = new ForkJoinPool(1);
  private final ThreadScheduler scheduler = new ThreadScheduler("petacore-test");
  private final ApplicationExecutor executor = new ApplicationExecutor(pool, scheduler);

  @AfterEach
  void shutDown() throws InterruptedException {
    pool.shutdownNow();
    scheduler.shutdown();
    assertTrue(scheduler.awaitTermination(Duration.ofSeconds(10)));
  }

  @Test
  void tasksRunInThePoolAndNoCarrierIsStarted() {
    List<Integer> ran = new ArrayList<>(); // by the pool's one thread
    for (int i = 0; i < 100; i++) {
      int number = i;
      executor.execute(() -> ran.add(number));
    }
    assertTrue(executor.whenIdle().isDone(), "the pool has accepted all of them");
    assertTrue(pool.awaitQuiescence(10, TimeUnit.SECONDS));
    assertEquals(100, ran.size());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().startsWith("petacore-test-completions")));
  }

  @Test
  void aPoolThatWasShutDownHandsTasksToTheLibrary() throws Exception {
    pool.shutdownNow();
    List<String> ran = new ArrayList<>();
    executor.execute(() -> ran.add(Thread.currentThread().getName()));
    executor.whenIdle().get(10, TimeUnit.SECONDS);
    scheduler.shutdown();
    assertTrue(scheduler.awaitTermination(Duration.ofSeconds(10)));
    assertEquals(1, ran.size());
    assertTrue(ran.get(0).startsWith("petacore-test-completions"), ran::toString);
  }
}
