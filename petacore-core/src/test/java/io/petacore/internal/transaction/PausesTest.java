package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.petacore.internal.concurrent.ManualScheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PausesTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final Pauses pauses = new Pauses(scheduler);

  private final AtomicInteger ended = new AtomicInteger();

  private void pause() {
    pauses.pause(Duration.ofMillis(10), ended::incrementAndGet);
  }

  @Test
  void aPauseEndsWhenItsTimeIsOver() {
    pause();
    scheduler.advance(Duration.ofMillis(9));
    assertEquals(0, ended.get());
    scheduler.advance(Duration.ofMillis(1));
    assertEquals(1, ended.get());
    pauses.close();
    assertEquals(1, ended.get(), "once");
  }

  /** Fails where whoever pauses is forgotten by a close: no timer runs any more. */
  @Test
  void theCloseEndsThemAll() {
    pause();
    scheduler.shutdown();
    pauses.close();
    assertEquals(1, ended.get());
    pause();
    assertEquals(2, ended.get());
  }
}
