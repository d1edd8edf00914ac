package io.petacore.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LimitedTest {
  private static List<Integer> drain(Iterable<Integer> iterable) {
    List<Integer> elements = new ArrayList<>();
    iterable.forEach(elements::add);
    return elements;
  }

  @Test
  void theFirstFewAtEachIteration() {
    Iterable<Integer> two = new Limited<>(List.of(1, 2, 3), 2);
    assertEquals(List.of(1, 2), drain(two));
    assertEquals(List.of(1, 2), drain(two));
    assertEquals(List.of(1, 2, 3), drain(new Limited<>(List.of(1, 2, 3), 4)));
    assertEquals(List.of(), drain(new Limited<>(List.of(1, 2, 3), 0)));
  }

  /** Fails, by not returning, if the source is asked for an element beyond the limit. */
  @Test
  void noMoreIsAskedForThanTheLimit() {
    Iterable<Integer> one =
        new Limited<>(
            () -> Stream.iterate(1, number -> number + 1).filter(number -> number < 2).iterator(),
            1);
    assertEquals(List.of(1), drain(one));
  }

  @Test
  void thereIsAnEnd() {
    Iterator<Integer> one = new Limited<>(List.of(1, 2), 1).iterator();
    assertEquals(1, one.next());
    assertFalse(one.hasNext());
    assertThrows(NoSuchElementException.class, one::next);
    assertThrows(
        NoSuchElementException.class, new Limited<>(List.<Integer>of(), 1).iterator()::next);
  }

  @Test
  void aNegativeLimitIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Limited<>(List.of(), -1));
  }
}
