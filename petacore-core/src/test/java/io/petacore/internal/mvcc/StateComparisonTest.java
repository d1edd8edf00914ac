package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateComparisonTest {

  private final MvccCache cache = new MvccCache(Duration.ofSeconds(1), System::nanoTime);

  private static Change put(String key, String value, long revision) {
    return new Change(Bytes.utf8(key), Bytes.utf8(value), revision);
  }

  private static Change delete(String key, long revision) {
    return new Change(Bytes.utf8(key), null, revision);
  }

  /** The timestamp is ten times the revision. */
  private void apply(long revision, Change... changes) {
    cache.apply(List.of(changes), revision, 10 * revision);
  }

  /** In key order, as in a load. */
  private StateComparison compared(Change... present) {
    StateComparison comparison = new StateComparison(cache);
    for (Change change : present) {
      comparison.add(change);
    }
    return comparison;
  }

  private boolean contradicts(Change... present) {
    return compared(present).contradicts();
  }

  @Test
  void theDifferenceIsDeterminedByModRevisions() {
    cache.load(List.of(put("same", "1", 1), put("changed", "1", 1), put("gone", "1", 1)), 1, 10);
    apply(2, put("passed", "2", 2));
    apply(3, delete("passed", 3));
    Change[] state = {put("changed", "1", 7), put("new", "1", 6), put("same", "1", 1)};
    List<Change> difference = compared(state).difference(9);
    assertEquals(
        List.of(put("changed", "1", 7), put("new", "1", 6), delete("gone", 9)), difference);
    cache.apply(difference, 9, 90);
    assertEquals(3, cache.applied().keys());
    assertEquals(List.of(), compared(state).difference(10));
  }

  /** Before the first key, between two keys, and after the last one. */
  @Test
  void deletedKeysAreFoundAtAnyPosition() {
    cache.load(
        List.of(put("a", "1", 1), put("b", "1", 1), put("c", "1", 1), put("d", "1", 1)), 1, 10);
    assertEquals(List.of(delete("a", 9), delete("c", 9)), vanished("b", "d"));
    assertEquals(List.of(delete("b", 9), delete("d", 9)), vanished("a", "c"));
    assertEquals(
        List.of(delete("a", 9), delete("b", 9), delete("c", 9), delete("d", 9)), vanished());
  }

  private List<Change> vanished(String... present) {
    StateComparison comparison = new StateComparison(cache);
    for (String key : present) {
      comparison.add(put(key, "1", 1));
    }
    return comparison.difference(9);
  }

  @Test
  void manyKeysAreComparedInOrder() {
    List<Change> state = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      state.add(put("k%05d".formatted(i), "1", 1));
    }
    cache.load(state, 1, 10);
    StateComparison comparison = new StateComparison(cache);
    for (int i = 0; i < 5_000; i += 2) {
      comparison.add(put("k%05d".formatted(i), "1", i % 4 == 0 ? 1 : 2));
      comparison.add(put("k%05d-new".formatted(i), "1", 2));
    }
    List<Change> difference = comparison.difference(9);
    assertEquals(1_250 + 2_500 + 2_500, difference.size());
    cache.apply(difference, 9, 90);
    assertEquals(5_000, cache.applied().keys());
  }

  @Test
  void keysOutOfOrderAreRefused() {
    StateComparison comparison = compared(put("a", "1", 1), put("b", "1", 1));
    assertThrows(IllegalArgumentException.class, () -> comparison.add(put("b", "1", 1)));
    assertThrows(IllegalArgumentException.class, () -> comparison.add(put("a", "1", 1)));
  }

  /** A change at the same mod revision is the same, even if the history of the store changed. */
  @Test
  void equalValuesAtEqualModRevisionsAreNoDifference() {
    cache.load(List.of(put("same", "1", 1), put("other", "1", 1)), 1, 10);
    assertEquals(
        List.of(put("other", "2", 1)),
        compared(put("other", "2", 1), put("same", "1", 1)).difference(9));
  }

  @Test
  void differentValuesAtTheSameModRevisionContradict() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    assertFalse(contradicts(put("a", "1", 1)));
    assertFalse(contradicts(put("a", "2", 2), put("c", "2", 1)));
    assertTrue(contradicts(put("a", "2", 1), put("b", "1", 1)));
    apply(2, delete("a", 2), put("b", "2", 2));
    assertFalse(contradicts());
    assertTrue(contradicts(put("a", "2", 2)));
    assertTrue(contradicts(put("b", "2", 1)), "a mod revision went back");
    assertFalse(contradicts(put("a", "1", 1)), "perhaps deleted in a lost world");
  }

  @Test
  void aKeyDeletedHereAndPresentThereIsADifference() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, delete("a", 2));
    assertEquals(List.of(put("a", "1", 5)), compared(put("a", "1", 5)).difference(9));
    assertEquals(List.of(), compared().difference(9), "absent on both sides");
  }
}
