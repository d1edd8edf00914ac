package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooOldException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which past states are available, and from which reads and snapshots fail. */
class PastStatesTest extends CacheFixture {
  private void assertRefused(long timestamp, String reason) {
    TransactionTooOldException refusal =
        assertThrows(TransactionTooOldException.class, () -> cache.exactlyAt(timestamp));
    String message = Objects.requireNonNull(refusal.getMessage());
    assertTrue(message.contains(reason), message);
  }

  private static final String NOT_FINAL = "no revision above it";
  private static final String NOT_KEPT = "no longer kept";
  private static final String NOT_FOLLOWED = "did not apply";

  @Test
  void aPastStateIsAvailableOnceItIsFinal() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    cache.beginAgreed();
    assertRefused(10, NOT_FINAL);
    apply(2, put("a", "2", 2));
    assertEquals(1, cache.exactlyAt(10).revision());
    assertEquals(1, cache.exactlyAt(19).revision());
    assertRefused(20, NOT_FINAL);
    assertRefused(21, NOT_FINAL);
    assertRefused(Long.MAX_VALUE, NOT_FINAL);
    apply(3, put("a", "3", 3));
    assertEquals(2, cache.exactlyAt(20).revision());
    assertEquals(2, cache.exactlyAt(29).revision());
    assertRefused(9, NOT_KEPT);
    assertRefused(-1, NOT_KEPT);
  }

  @Test
  void aPastStateIsAvailableWhereTimestampsAreAgreed() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("b", "2", 2));
    apply(3, put("b", "3", 3));
    cache.beginAgreed();
    apply(4, put("b", "4", 4));
    cache.beginAgreed(); // already
    apply(5, put("b", "5", 5));
    assertRefused(20, NOT_FOLLOWED);
    assertRefused(29, NOT_FOLLOWED);
    assertEquals(3, cache.exactlyAt(30).revision());
    cache.jump(List.of(put("b", "8", 8)), 8, 80, false);
    cache.jump(List.of(put("b", "9", 9)), 9, 90, false); // already
    cache.beginAgreed();
    apply(10, put("b", "10", 10));
    assertEquals(4, cache.exactlyAt(49).revision());
    assertEquals(5, cache.exactlyAt(50).revision());
    assertRefused(51, NOT_FOLLOWED);
    assertRefused(79, NOT_FOLLOWED);
    assertRefused(80, NOT_FOLLOWED);
    assertRefused(89, NOT_FOLLOWED);
    assertEquals(9, cache.exactlyAt(90).revision());
    assertEquals(9, cache.exactlyAt(99).revision());
  }

  @Test
  void aResyncIsVisibleToEarlierSnapshots() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    assertFalse(cache.hasJumpedSince(10));
    cache.jump(List.of(put("a", "5", 5)), 5, 50, false);
    assertTrue(cache.hasJumpedSince(10));
    assertTrue(cache.hasJumpedSince(49));
    assertFalse(cache.hasJumpedSince(50));
    assertEquals("2", read("a", 20), "readers continue");
  }

  @Test
  void anotherHistoryInvalidatesEarlierSnapshots() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    assertTrue(cache.pin(20));
    cache.jump(List.of(put("a", "5", 2)), 2, 50, true);
    assertEquals(50, cache.horizon());
    assertThrows(TransactionTooOldException.class, () -> cache.find(Bytes.utf8("a"), 20));
    assertEquals("5", read("a", 50));
    pass(RETENTION);
    cache.unpin(20);
    cache.freeHistory();
    assertEquals(50, cache.horizon(), "it never falls");
  }

  @Test
  void pastStatesAreAvailableBackToTheHorizon() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    cache.beginAgreed();
    apply(2, put("a", "2", 2));
    apply(3, put("a", "3", 3));
    assertEquals(1, cache.exactlyAt(15).revision());
    pass(RETENTION);
    cache.freeHistory();
    assertRefused(15, NOT_KEPT);
    assertRefused(29, NOT_KEPT);
    apply(4, put("a", "4", 4));
    assertEquals(3, cache.exactlyAt(30).revision());
  }

  /** The horizon stays if nothing is superseded, but old revisions leave the log. */
  @Test
  void theRevisionLogIsKeptForTheRetention() {
    cache.load(List.of(), 1, 10);
    cache.beginAgreed();
    apply(2, put("a", "1", 2));
    pass(RETENTION / 2);
    apply(3, put("b", "1", 3));
    pass(RETENTION / 2);
    apply(4, put("c", "1", 4));
    assertEquals(10, cache.horizon());
    assertEquals(2, cache.exactlyAt(20).revision(), "the newest until half the retention ago");
    pass(1);
    cache.freeHistory();
    assertRefused(19, NOT_KEPT);
    assertEquals(2, cache.exactlyAt(29).revision());
  }
}
