package io.petacore.internal.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final int SAMPLES = 2_000;

  private static Backoff backoff() {
    return new Backoff(Duration.ofMillis(1), Duration.ofMillis(6));
  }

  /** The delays of many clients before one try. */
  private static long[] delays(int before) {
    return LongStream.range(0, SAMPLES)
        .map(
            i -> {
              Backoff backoff = backoff();
              for (int j = 0; j < before; j++) {
                backoff.next();
              }
              return backoff.next().toNanos();
            })
        .toArray();
  }

  /** Drawn evenly from zero to the bound: of so many, some are near either end. */
  private static void assertSpread(long bound, long[] delays) {
    assertTrue(LongStream.of(delays).allMatch(delay -> 0 <= delay && delay <= bound));
    assertTrue(LongStream.of(delays).anyMatch(delay -> delay > bound * 9 / 10), "near " + bound);
    assertTrue(LongStream.of(delays).anyMatch(delay -> delay < bound / 10), "near 0");
  }

  @Test
  void theBoundDoublesUpToTheMaximum() {
    assertSpread(1_000_000, delays(0));
    assertSpread(2_000_000, delays(1));
    assertSpread(4_000_000, delays(2));
    assertSpread(6_000_000, delays(3));
    assertSpread(6_000_000, delays(4));
    assertSpread(6_000_000, delays(200));
  }

  @Test
  void aResetStartsWithTheFirstBound() {
    Backoff backoff = backoff();
    for (int i = 0; i < SAMPLES; i++) {
      for (int j = 0; j < 5; j++) {
        backoff.next();
      }
      backoff.reset();
      assertTrue(backoff.next().toNanos() <= 1_000_000);
    }
  }

  @Test
  void aBoundOfZeroIsNoDelay() {
    Backoff none = new Backoff(Duration.ZERO, Duration.ofSeconds(1));
    assertEquals(Duration.ZERO, none.next());
    assertEquals(Duration.ZERO, none.next());
  }
}
