package io.petacore.bench.support.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LoadProgressTest {
  @Test
  void tellsRateAndTimeLeft() {
    assertEquals(
        "2,000 of 10,000 entries written (20 %), 1,000/s, 8.0 s left",
        LoadProgress.line(2_000, 10_000, 2_000_000_000));
    assertEquals(
        "0 of 10,000 entries written (0 %), 0/s, time left unknown",
        LoadProgress.line(0, 10_000, 2_000_000_000));
  }
}
