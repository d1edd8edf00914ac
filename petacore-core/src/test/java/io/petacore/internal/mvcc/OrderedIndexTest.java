package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderedIndexTest {

  private static final KeyRange EVERYTHING = KeyRange.atLeast(Bytes.EMPTY);

  private final OrderedIndex index = new OrderedIndex();
  private final TreeMap<Bytes, VersionChain> model = new TreeMap<>();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static Bytes key(int timestamp) {
    return Bytes.of((byte) (timestamp >> 16), (byte) (timestamp >> 8), (byte) timestamp);
  }

  private void add(int timestamp) {
    VersionChain chain = Version.first(key(timestamp), Bytes.EMPTY, 1, 1).chain();
    if (model.putIfAbsent(key(timestamp), chain) == null) {
      index.add(chain);
    }
  }

  private void remove(int timestamp) {
    if (model.remove(key(timestamp)) != null) {
      index.remove(key(timestamp));
    }
  }

  private static List<VersionChain> rest(PageCursor cursor) {
    List<VersionChain> chains = new ArrayList<>();
    while (cursor.hasNext()) {
      chains.add(cursor.next());
    }
    assertThrows(NoSuchElementException.class, cursor::next);
    return chains;
  }

  private List<VersionChain> expected(KeyRange range, Order order) {
    Bytes to = range.to();
    SortedMap<Bytes, VersionChain> part =
        to == null ? model.tailMap(range.from()) : model.subMap(range.from(), to);
    List<VersionChain> chains = new ArrayList<>(part.values());
    if (order == Order.DESCENDING) {
      Collections.reverse(chains);
    }
    return chains;
  }

  private void assertAgrees(KeyRange range) {
    for (Order order : Order.values()) {
      assertEquals(
          expected(range, order),
          rest(index.scan(range, order)),
          () -> range + " " + order + ", seed " + seed);
    }
  }

  private KeyRange range(int keys) {
    int from = random.nextInt(keys + 2);
    int to = from + random.nextInt(keys / 3 + 2);
    return random.nextInt(8) == 0
        ? KeyRange.atLeast(key(from))
        : KeyRange.closedOpen(key(from), key(to));
  }

  /**
   * Fails if a split, merge or copy loses, duplicates or hides a key, or if a cursor stops before a
   * page or continues past its range.
   */
  @Test
  void theIndexAgreesWithAModel() {
    int keys = 20_000;
    for (int round = 0; round < 1_500; round++) {
      // Grows to three levels and is emptied again, sometimes by adjacent keys.
      boolean growing = round % 500 < 250;
      int near = random.nextInt(keys);
      boolean sideBySide = random.nextInt(3) == 0;
      for (int i = random.nextInt(200); i > 0; i--) {
        int timestamp = sideBySide ? (near + i) % keys : random.nextInt(keys);
        if (random.nextInt(10) < (growing ? 8 : 1)) {
          add(timestamp);
        } else {
          remove(timestamp);
          remove(growing ? timestamp : random.nextInt(keys));
          remove(growing ? timestamp : (timestamp + 1) % keys);
        }
      }
      index.publish();
      assertEquals(model.size(), index.size());
      assertAgrees(range(keys));
      if (round % 25 == 0) {
        assertAgrees(EVERYTHING);
      }
    }
    model.keySet().stream().toList().forEach(index::remove);
    model.clear();
    index.publish();
    assertAgrees(EVERYTHING);
    add(1);
    index.publish();
    assertAgrees(EVERYTHING);
  }

  /** Fails if the writer changes a published page in place. */
  @Test
  void aCursorReadsTheTreeItWasOpenedOn() {
    int keys = 5_000;
    for (int timestamp = 0; timestamp < keys; timestamp += 2) {
      add(timestamp);
    }
    index.publish();
    for (int round = 0; round < 200; round++) {
      Order order = round % 2 == 0 ? Order.ASCENDING : Order.DESCENDING;
      KeyRange range = round % 4 < 2 ? EVERYTHING : range(keys);
      List<VersionChain> wanted = expected(range, order);
      PageCursor cursor = index.scan(range, order);
      int before = wanted.isEmpty() ? 0 : random.nextInt(wanted.size());
      for (int i = 0; i < before; i++) {
        assertSame(wanted.get(i), cursor.next());
      }
      for (int i = 0; i < 100; i++) {
        add(random.nextInt(keys));
        remove(random.nextInt(keys));
        if (i % 30 == 0) {
          index.publish();
        }
      }
      assertEquals(
          wanted.subList(before, wanted.size()), rest(cursor), () -> order + ", seed " + seed);
      index.publish();
    }
  }

  /** Fails if the highest key is added to a published page or to one that was removed. */
  @Test
  void keysAddedAtTheEndAreInvisibleBeforePublication() {
    int next = 0;
    for (int round = 0; round < 2_000; round++) {
      List<VersionChain> wanted = expected(EVERYTHING, Order.ASCENDING);
      PageCursor cursor = index.scan(EVERYTHING, Order.ASCENDING);
      for (int i = random.nextInt(100); i > 0; i--) {
        add(next++);
      }
      for (int i = random.nextInt(round % 2 == 0 ? 4 : 130); i > 0; i--) {
        remove(next - 1 - random.nextInt(150)); // a page or two at the end, at times all of them
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        add(next++);
      }
      if (round % 100 == 99) {
        index.clear();
        model.clear();
        add(next++);
      }
      assertEquals(wanted, rest(cursor), () -> "seed " + seed);
      index.publish();
      assertEquals(
          expected(EVERYTHING, Order.ASCENDING), rest(index.scan(EVERYTHING, Order.ASCENDING)));
    }
  }

  /** Fails if another key is changed instead. */
  @Test
  void addingAPresentKeyOrRemovingAnAbsentOneFails() {
    add(2);
    add(4);
    assertThrows(IllegalStateException.class, () -> index.remove(key(3)));
    assertThrows(IllegalStateException.class, () -> index.remove(key(5)));
    VersionChain another = Version.first(key(4), Bytes.EMPTY, 1, 1).chain();
    assertThrows(IllegalStateException.class, () -> index.add(another));
    index.publish();
    assertAgrees(EVERYTHING);
  }

  /** Fails if unpublished keys are visible. */
  @Test
  void unpublishedKeysAreInvisible() {
    add(1);
    assertFalse(index.scan(EVERYTHING, Order.ASCENDING).hasNext());
    index.publish();
    assertTrue(index.scan(EVERYTHING, Order.ASCENDING).hasNext());
    index.clear();
    assertEquals(0, index.size());
    assertTrue(index.scan(EVERYTHING, Order.DESCENDING).hasNext());
    index.publish();
    assertFalse(index.scan(EVERYTHING, Order.DESCENDING).hasNext());
  }

  /** Fails if keys added in order leave half-empty pages. */
  @Test
  void keysAddedInOrderFillTheirPages() {
    int keys = 100_000;
    for (int timestamp = 0; timestamp < keys; timestamp++) {
      add(timestamp);
    }
    assertTrue(index.leaves() <= keys / (Page.MAX_ENTRIES - 2), () -> index.leaves() + " leaves");
  }

  private enum Leaving {
    ASCENDING,
    DESCENDING,
    ANYHOW
  }

  /** Fails if pages are not merged with either neighbour. */
  @ParameterizedTest
  @EnumSource
  void removingKeysMergesPages(Leaving order) {
    int keys = 100_000;
    List<Integer> leaving = new ArrayList<>();
    for (int timestamp = 0; timestamp < keys; timestamp++) {
      add(timestamp);
      if (timestamp % 60 != 0) {
        leaving.add(timestamp);
      }
    }
    switch (order) {
      case ASCENDING -> {}
      case DESCENDING -> Collections.reverse(leaving);
      case ANYHOW -> Collections.shuffle(leaving, random);
    }
    leaving.forEach(this::remove);
    assertTrue(
        index.leaves() <= model.size() / (Page.MAX_ENTRIES / 4), () -> index.leaves() + " leaves");
    index.publish();
    assertAgrees(EVERYTHING);
  }
}
