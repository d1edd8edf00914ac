package io.petacore.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRangeTest {
  private static final Bytes HIGH = Bytes.of((byte) 0xff);

  private static Bytes key(String text) {
    return Bytes.utf8(text);
  }

  @Test
  void allExcludesReservedKeys() {
    KeyRange all = KeyRange.all();
    assertTrue(all.contains(Bytes.of((byte) 1)));
    assertTrue(all.contains(key("key")));
    assertTrue(all.contains(HIGH.concat(HIGH)));
    assertFalse(all.contains(key("\0")));
    assertFalse(all.contains(key("\0c")));
    assertFalse(all.contains(Bytes.EMPTY));
  }

  @Test
  void aPrefixRangeContainsTheKeysWithThePrefix() {
    KeyRange range = KeyRange.prefix("ab");
    assertTrue(range.contains(key("ab")));
    assertTrue(range.contains(key("ab").concat(HIGH).concat(HIGH)));
    assertFalse(range.contains(key("aa").concat(HIGH)));
    assertFalse(range.contains(key("ac")));
    assertFalse(range.contains(key("a")));
    assertEquals(key("ab"), range.from());
    assertEquals(key("ac"), range.to());
  }

  @Test
  void aPrefixOfHighestBytesIsUnboundedAbove() {
    KeyRange range = KeyRange.prefix(HIGH);
    assertNull(range.to());
    assertTrue(range.contains(HIGH));
    assertTrue(range.contains(HIGH.concat(HIGH)));
    assertFalse(range.contains(Bytes.of((byte) 0xfe, (byte) 0xff)));
  }

  @Test
  void theEmptyPrefixContainsEveryKey() {
    KeyRange range = KeyRange.prefix("");
    assertTrue(range.contains(key("\0c")));
    assertTrue(range.contains(HIGH));
    assertNotEquals(KeyRange.all(), range);
  }

  @Test
  void aRangeIncludesItsStartOnly() {
    KeyRange range = KeyRange.closedOpen("b", "d");
    assertFalse(range.contains(key("az")));
    assertTrue(range.contains(key("b")));
    assertTrue(range.contains(key("cz")));
    assertFalse(range.contains(key("d")));
    assertFalse(KeyRange.closedOpen("b", "b").contains(key("b")));
    assertThrows(IllegalArgumentException.class, () -> KeyRange.closedOpen("c", "b"));
  }

  @Test
  void aSingleKeyRangeContainsOneKey() {
    KeyRange range = KeyRange.single("k");
    assertTrue(range.contains(key("k")));
    assertFalse(range.contains(key("k\0")));
    assertFalse(range.contains(key("j").concat(HIGH)));
  }

  @Test
  void anUnboundedRangeHasOnlyAStart() {
    KeyRange range = KeyRange.atLeast(key("k"));
    assertTrue(range.contains(key("k")));
    assertTrue(range.contains(HIGH));
    assertFalse(range.contains(key("j")));
    assertNull(range.to());
  }

  @Test
  void startingAtRaisesTheLowerBound() {
    KeyRange range = KeyRange.closedOpen("b", "d");
    assertEquals(range, range.startingAt(key("a")));
    assertEquals(range, range.startingAt(key("b")));
    assertEquals(KeyRange.closedOpen("c", "d"), range.startingAt(key("c")));
    assertEquals(KeyRange.closedOpen("d", "d"), range.startingAt(key("d")));
    assertEquals(KeyRange.closedOpen("d", "d"), range.startingAt(key("e")));
    assertEquals(KeyRange.atLeast(key("z")), KeyRange.atLeast(key("b")).startingAt(key("z")));
  }

  @Test
  void theIntersectionHasTheKeysOfBoth() {
    List<KeyRange> ranges = new ArrayList<>(List.of(KeyRange.all()));
    String keys = "abcde";
    for (int i = 0; i < keys.length(); i++) {
      ranges.add(KeyRange.atLeast(key(keys.substring(i, i + 1))));
      for (int j = i; j < keys.length(); j++) {
        ranges.add(KeyRange.closedOpen(keys.substring(i, i + 1), keys.substring(j, j + 1)));
      }
    }
    for (KeyRange one : ranges) {
      for (KeyRange other : ranges) {
        KeyRange both = one.intersect(other);
        for (Bytes key : List.of(Bytes.EMPTY, key("a"), key("bb"), key("c"), key("d"), HIGH)) {
          assertEquals(
              one.contains(key) && other.contains(key), both.contains(key), one + " and " + other);
        }
      }
    }
  }

  @Test
  void equalRangesAreEqualAndHashAlike() {
    List<KeyRange> alike =
        List.of(KeyRange.prefix("a"), KeyRange.closedOpen("a", "b"), KeyRange.prefix(key("a")));
    for (KeyRange range : alike) {
      assertEquals(alike.get(0), range);
      assertEquals(alike.get(0).hashCode(), range.hashCode());
    }
    assertNotEquals(KeyRange.prefix("a"), KeyRange.atLeast(key("a")));
    assertNotEquals(KeyRange.prefix("a"), KeyRange.closedOpen("a", "c"));
    assertEquals("['a', ∞)", KeyRange.atLeast(key("a")).toString());
    assertEquals("['a', 'b')", KeyRange.prefix("a").toString());
  }
}
