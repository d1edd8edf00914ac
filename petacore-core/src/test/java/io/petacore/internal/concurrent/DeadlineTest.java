package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);

  @Test
  void aDeadlinePassesAlthoughTimeOverflows() {
    Deadline deadline = Deadline.in(Duration.ofNanos(100), now::get);
    assertEquals(100, deadline.remainingNanos());
    now.addAndGet(99);
    assertEquals(1, deadline.remainingNanos());
    assertFalse(deadline.hasPassed());
    now.incrementAndGet();
    assertTrue(deadline.hasPassed());
    now.addAndGet(5);
    assertEquals(-5, deadline.remainingNanos());
  }

  /** Applications write such durations for "no bound". */
  @Test
  void theLongestDeadlineNeverPasses() {
    Deadline deadline = Deadline.in(Duration.ofSeconds(Long.MAX_VALUE), now::get);
    assertFalse(deadline.hasPassed());
    now.addAndGet(Duration.ofDays(10_000).toNanos());
    assertFalse(deadline.hasPassed());
  }
}
