package io.petacore.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HybridLogicalClockTest {
  private final AtomicLong wall = new AtomicLong(1_000_000);
  private final HybridLogicalClock clock = new HybridLogicalClock(wall::get, Duration.ofNanos(500));

  @Test
  void theClockFollowsTheWallClock() {
    assertEquals(1_000_000, clock.now());
    wall.set(1_000_700);
    assertEquals(1_000_700, clock.now());
  }

  @Test
  void theClockRisesWhileTheWallClockStallsOrGoesBack() {
    assertEquals(1_000_000, clock.now());
    assertEquals(1_000_001, clock.now());
    wall.set(10);
    assertEquals(1_000_002, clock.now());
    wall.set(1_000_002);
    assertEquals(1_000_003, clock.now());
    wall.set(1_000_010);
    assertEquals(1_000_010, clock.now());
  }

  @Test
  void theClockIsAboveReceivedTimestamps() {
    assertTrue(clock.receive(1_000_400));
    assertEquals(1_000_401, clock.now());
    assertTrue(clock.receive(1_000_300), "an older one changes nothing");
    assertEquals(1_000_402, clock.now());
    assertTrue(clock.receive(1_000_402), "its own last one too");
    assertEquals(1_000_403, clock.now());
  }

  @Test
  void aTimestampTooFarAheadIsRefused() {
    assertTrue(clock.receive(1_000_500), "the offset itself is allowed");
    assertFalse(clock.receive(1_000_501));
    assertEquals(1_000_501, clock.now());
    assertFalse(clock.receive(Long.MAX_VALUE));
    assertEquals(1_000_502, clock.now());
    wall.set(1_001_000);
    assertTrue(clock.receive(1_001_500));
    assertEquals(1_001_501, clock.now());
  }

  @Test
  void aTimestampWhoseDifferenceOverflowsIsRefused() {
    wall.set(-1_000);
    assertFalse(clock.receive(Long.MAX_VALUE));
    assertEquals(1, clock.now());
  }

  @Test
  void theClockAcceptsItsOwnTimestamps() {
    long last = clock.now();
    wall.set(0);
    assertTrue(clock.receive(last));
    assertEquals(last + 1, clock.now());
  }

  @Test
  void timestampsAreUniqueAndRiseForEveryThread() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<List<Long>>> workers = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      workers.add(threads.submit(this::takeAndReceive));
    }
    Set<Long> all = new HashSet<>();
    for (Future<List<Long>> worker : workers) {
      long last = 0;
      for (long timestamp : worker.get()) {
        assertTrue(timestamp > last);
        assertTrue(all.add(timestamp), "given out twice: " + timestamp);
        last = timestamp;
      }
    }
    threads.shutdown();
    assertEquals(4 * 20_000, all.size());
  }

  private List<Long> takeAndReceive() {
    List<Long> taken = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      long now = clock.now();
      taken.add(now);
      wall.incrementAndGet();
      clock.receive(now + 3);
    }
    return taken;
  }

  @Test
  void theSystemClockReturnsNanosecondsSinceTheEpoch() {
    Instant before = Instant.now();
    long nanos = PhysicalClock.system().nanos();
    Instant after = Instant.now();
    Instant reading = Instant.ofEpochSecond(0, nanos);
    // The wall clock may be adjusted during the test, but unlikely by a minute.
    assertTrue(reading.isAfter(before.minusSeconds(60)) && reading.isBefore(after.plusSeconds(60)));
  }
}
