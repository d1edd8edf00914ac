package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.internal.concurrent.ManualScheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackoffTimersTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final BackoffTimers timers = new BackoffTimers(scheduler);

  private final AtomicInteger ended = new AtomicInteger();

  private void start() {
    timers.start(Duration.ofMillis(10), ended::incrementAndGet);
  }

  @Test
  void aDelayEndsWhenItsTimeIsUp() {
    start();
    scheduler.advance(Duration.ofMillis(9));
    assertEquals(0, ended.get());
    scheduler.advance(Duration.ofMillis(1));
    assertEquals(1, ended.get());
    timers.close();
    assertEquals(1, ended.get(), "once");
  }

  /** No timer runs after the close: a delay that close did not end would never end. */
  @Test
  void closeEndsAllDelays() {
    start();
    scheduler.shutdown();
    timers.close();
    assertEquals(1, ended.get());
    start();
    assertEquals(2, ended.get());
  }
}
