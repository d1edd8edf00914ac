package io.petacore.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimestampTest {

  @Test
  void itIsATimeToTheNanosecond() {
    Instant instant = Instant.parse("2026-05-01T12:00:00.000000001Z");
    Timestamp timestamp = Timestamp.of(instant);
    assertEquals(instant, timestamp.toInstant());
    assertEquals("2026-05-01T12:00:00.000000001Z", timestamp.toString());
    assertEquals(timestamp, Timestamp.of(timestamp.nanosSinceEpoch()));
    assertTrue(timestamp.compareTo(Timestamp.of(timestamp.nanosSinceEpoch() - 1)) > 0);
    assertEquals(Instant.EPOCH.minusNanos(1), Timestamp.of(-1).toInstant());
  }

  @Test
  void instantsOutsideOfItsRangeBecomeItsEnds() {
    assertEquals(Timestamp.of(Long.MAX_VALUE), Timestamp.of(Instant.MAX));
    assertEquals(Timestamp.of(Long.MIN_VALUE), Timestamp.of(Instant.MIN));
    assertEquals(
        Timestamp.of(Long.MAX_VALUE), Timestamp.of(Timestamp.of(Long.MAX_VALUE).toInstant()));
  }
}
