package io.petacore.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.bench.support.console.Latencies;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FiguresOfTheDemoTest {

  @Test
  void percentilesAreAccurateToAFewPercent() {
    Latencies latencies = new Latencies();
    for (long nanos = 1; nanos <= 1_000_000; nanos += 7) {
      latencies.record(nanos);
    }
    assertEquals(500_000.0, (double) latencies.percentile(0.5), 20_000);
    assertEquals(990_000.0, (double) latencies.percentile(0.99), 40_000);
  }

  @Test
  void extremeDurationsAreRecorded() {
    Latencies latencies = new Latencies();
    assertEquals(0, latencies.percentile(0.5));
    latencies.record(-5);
    latencies.record(0);
    assertEquals(0, latencies.percentile(1));
    latencies.record(Long.MAX_VALUE);
    assertEquals(3, latencies.count());
    assertTrue(latencies.percentile(1) >= 1L << 41);
  }

  @Test
  void addedDurationsAreSubtractedAgain() {
    Latencies earlier = new Latencies();
    earlier.record(10);
    Latencies later = new Latencies();
    later.add(earlier);
    later.record(2000);
    assertEquals(1, later.since(earlier).count());
    assertEquals(2000.0, (double) later.since(earlier).percentile(0.5), 100);
  }

  @Test
  void skewMakesSomeItemsPopular() {
    assertEquals(0.1, shareOfMostPopular(0), 0.02);
    assertTrue(shareOfMostPopular(1) > 0.3);
  }

  private static double shareOfMostPopular(double skew) {
    Popularity popularity = new Popularity(10, skew, 1);
    SplittableRandom random = new SplittableRandom(2);
    int[] counts = new int[10];
    for (int i = 0; i < 10_000; i++) {
      counts[popularity.next(random)]++;
    }
    int most = 0;
    for (int count : counts) {
      assertTrue(count > 0, "an item that is never chosen");
      most = Math.max(most, count);
    }
    return most / 10_000.0;
  }
}
