package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateComparisonTest {

  private final MvccCache cache = new MvccCache(Duration.ofSeconds(1), System::nanoTime);
  private final StateComparison comparison = new StateComparison(cache);

  private static Change put(String key, String value, long revision) {
    return new Change(Bytes.utf8(key), Bytes.utf8(value), revision);
  }

  private static Change delete(String key, long revision) {
    return new Change(Bytes.utf8(key), null, revision);
  }

  /** The version number is ten times the revision. */
  private void apply(long revision, Change... changes) {
    cache.apply(List.of(changes), revision, 10 * revision);
  }

  @Test
  void theDifferenceIsJudgedByModRevisions() {
    cache.load(List.of(put("same", "1", 1), put("changed", "1", 1), put("gone", "1", 1)), 1, 10);
    apply(2, put("passed", "2", 2));
    apply(3, delete("passed", 3));
    List<Change> state = List.of(put("same", "1", 1), put("changed", "1", 7), put("new", "1", 6));
    List<Change> difference = comparison.difference(state, false, 9);
    assertEquals(
        List.of(put("changed", "1", 7), put("new", "1", 6), delete("gone", 9)), difference);
    cache.apply(difference, 9, 90);
    assertEquals(3, cache.applied().keys());
    assertEquals(List.of(), comparison.difference(state, false, 10));
  }

  @Test
  void afterAnotherHistoryAnotherValueUnderTheSameModRevisionIsADifference() {
    cache.load(List.of(put("same", "1", 1), put("other", "1", 1), put("gone", "1", 1)), 1, 10);
    assertEquals(
        List.of(put("other", "2", 1), delete("gone", 9)),
        comparison.difference(List.of(put("same", "1", 1), put("other", "2", 1)), true, 9));
  }

  @Test
  void anotherValueUnderTheSameModRevisionIsAnotherHistory() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    assertFalse(comparison.contradicts(List.of(put("a", "1", 1))));
    assertFalse(comparison.contradicts(List.of(put("a", "2", 2), put("c", "2", 1))));
    assertTrue(comparison.contradicts(List.of(put("b", "1", 1), put("a", "2", 1))));
    apply(2, delete("a", 2), put("b", "2", 2));
    assertFalse(comparison.contradicts(List.of()));
    assertTrue(comparison.contradicts(List.of(put("a", "2", 2))));
    assertTrue(comparison.contradicts(List.of(put("b", "2", 1))), "a mod revision went back");
    assertFalse(
        comparison.contradicts(List.of(put("a", "1", 1))), "perhaps deleted in a lost world");
  }

  @Test
  void aKeyDeletedHereAndPresentThereIsADifference() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, delete("a", 2));
    assertEquals(
        List.of(put("a", "1", 5)), comparison.difference(List.of(put("a", "1", 5)), false, 9));
    assertEquals(List.of(), comparison.difference(List.of(), false, 9), "absent on both sides");
  }
}
