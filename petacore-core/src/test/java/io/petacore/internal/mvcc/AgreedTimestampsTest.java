package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AgreedTimestampsTest {
  private final AgreedTimestamps exact = new AgreedTimestamps();

  private String contained(long upTo) {
    return LongStream.rangeClosed(0, upTo)
        .filter(exact::contains)
        .mapToObj(Long::toString)
        .reduce("", (a, b) -> a + b + " ")
        .trim();
  }

  @Test
  void noTimestampIsAgreedInitially() {
    assertFalse(exact.isOpen());
    assertEquals("", contained(10));
    exact.interrupt(5);
    assertFalse(exact.isOpen());
    assertEquals("", contained(10));
  }

  @Test
  void anOpenRangeHasNoEnd() {
    exact.begin(3, 0);
    assertTrue(exact.isOpen());
    assertEquals("3 4 5", contained(5));
    assertTrue(exact.contains(Long.MAX_VALUE - 1));
  }

  @Test
  void timestampsBetweenRangesAreNotAgreed() {
    exact.begin(1, 0);
    exact.interrupt(3);
    assertFalse(exact.isOpen());
    exact.interrupt(4);
    exact.begin(6, 0);
    exact.interrupt(6);
    exact.begin(8, 0);
    assertEquals("1 2 3 6 8 9", contained(9));
  }

  @Test
  void rangesBelowTheHorizonAreDropped() {
    exact.begin(1, 0);
    exact.interrupt(3);
    exact.begin(5, 0);
    exact.interrupt(6);
    exact.begin(8, 4);
    assertEquals("5 6 8 9", contained(9));
    exact.interrupt(9);
    exact.begin(12, 6);
    assertEquals("5 6 8 9 12", contained(12), "its last timestamp is the horizon");
  }
}
