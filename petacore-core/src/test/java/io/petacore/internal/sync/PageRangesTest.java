package io.petacore.internal.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.store.KeyValue;
import io.petacore.store.RangePage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ranges of a load from a store that counts the remaining keys. */
class PageRangesTest {
  private static final int PAGE = 500;

  private final TreeSet<Bytes> stored = new TreeSet<>();
  private final List<KeyRange> asked = new ArrayList<>();
  private long counted;
  private int answered = PAGE;
  private int managed = Integer.MAX_VALUE; // how many keys a range may have
  private int refused;

  private void fill(int keys, IntFunction<String> key) {
    for (int i = 0; i < keys; i++) {
      stored.add(Bytes.utf8("n/" + key.apply(i)));
    }
  }

  /** Reads everything and returns the keys in the order of their arrival. */
  private List<Bytes> readAll(KeyRange whole, boolean storeCounts) {
    List<Bytes> read = new ArrayList<>();
    PageRanges ranges = new PageRanges(whole);
    boolean isMore = true;
    while (isMore) {
      KeyRange range = ranges.next();
      asked.add(range);
      var in =
          range.to() == null
              ? stored.tailSet(range.from())
              : stored.subSet(range.from(), range.to());
      List<KeyValue> entries =
          in.stream().limit(answered).map(key -> new KeyValue(key, Bytes.EMPTY, 1, 1)).toList();
      int all = in.size();
      if (all > managed) {
        refused++;
        ranges.narrow();
        continue;
      }
      counted += all;
      boolean more = all > entries.size();
      long beyond = storeCounts ? all - entries.size() : 0;
      entries.forEach(entry -> read.add(entry.key()));
      isMore = ranges.advance(new RangePage(entries, more, 1, beyond), PAGE);
    }
    return read;
  }

  private void readsAll() {
    assertEquals(new ArrayList<>(stored), readAll(KeyRange.prefix("n/"), true));
  }

  /** The number of counted keys if every request covers the rest of the range. */
  private long countedToTheEnd() {
    long keys = stored.size();
    return keys * (keys / PAGE + 1) / 2;
  }

  private void assertCountsLittle() {
    assertTrue(
        counted < 6L * stored.size(), counted + " keys were counted to read " + stored.size());
    assertTrue(counted < countedToTheEnd() / 4);
    int pages = stored.size() / PAGE;
    assertTrue(asked.size() < 3 * pages + 20, asked.size() + " requests for " + pages + " pages");
  }

  @Test
  void numberedKeys() {
    fill(50_000, i -> String.format(Locale.ROOT, "catalogue/item-%06d", i));
    readsAll();
    assertCountsLittle();
  }

  /** The reserved keys are few and precede all others. */
  @Test
  void aFewOtherKeysInFrontChangeNothing() {
    stored.add(Bytes.utf8("n/\0own"));
    fill(50_000, i -> String.format(Locale.ROOT, "catalogue/item-%06d", i));
    readsAll();
    assertEquals(Bytes.utf8("n/catalogue/item-001"), asked.get(1).to());
  }

  @Test
  void randomKeys() {
    Random random = new Random(1);
    fill(50_000, i -> "user/" + Long.toHexString(random.nextLong()));
    readsAll();
    assertCountsLittle();
  }

  @Test
  void keysOfDifferentKinds() {
    Random random = new Random(2);
    fill(20_000, i -> "a/" + i);
    fill(20_000, i -> "b/" + Long.toHexString(random.nextLong()) + "/" + i % 3);
    fill(20_000, i -> "c/" + "deep/".repeat(20) + i);
    readsAll();
    assertCountsLittle();
  }

  /** Fails if a prefix of few keys is kept or shortened by one byte at a time. */
  @Test
  void sparseKeys() {
    Random random = new Random(3);
    fill(5_000, i -> "deep/".repeat(400) + i); // the prefix of many
    fill(40, i -> "far/" + Long.toHexString(random.nextLong()) + "/".repeat(1_000));
    readsAll();
    assertTrue(asked.size() < 60, asked.size() + " requests");
  }

  /** Prefixes without a successor of the same length, and an unbounded range. */
  @Test
  void keysOfTheHighestBytes() {
    Random random = new Random(4);
    for (int i = 0; i < 5_000; i++) {
      byte[] key = new byte[1 + random.nextInt(6)];
      for (int at = 0; at < key.length; at++) {
        key[at] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(3));
      }
      stored.add(Bytes.of(key));
    }
    assertEquals(new ArrayList<>(stored), readAll(KeyRange.atLeast(Bytes.EMPTY), true));
    Bytes all = Bytes.of((byte) 0xff);
    assertEquals(new ArrayList<>(stored.tailSet(all)), readAll(KeyRange.prefix(all), true));
  }

  @Test
  void everyKeyIsReadOnce() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      stored.clear();
      int alphabet = 1 + random.nextInt(4);
      int longest = 1 + random.nextInt(30);
      int keys = random.nextInt(4_000);
      for (int i = 0; i < keys; i++) {
        StringBuilder key = new StringBuilder("n/");
        for (int length = random.nextInt(longest + 1); length > 0; length--) {
          key.append((char) ('a' + random.nextInt(alphabet)));
        }
        stored.add(Bytes.utf8(key.toString()));
      }
      assertEquals(
          new ArrayList<>(stored), readAll(KeyRange.prefix("n/"), true), () -> "seed " + seed);
    }
  }

  /** Fails if prefixes are never shortened again. */
  @Test
  void theStoreMayReturnSmallerPagesThanRequested() {
    Random random = new Random(5);
    fill(3_000, i -> Long.toHexString(random.nextLong()));
    for (int size : new int[] {1, 2, 3, 10}) {
      answered = size;
      asked.clear();
      readsAll();
      int least = stored.size() / size;
      assertTrue(asked.size() < 2 * least, asked.size() + " requests in place of " + least);
    }
  }

  /** Fails if a range that cannot be counted in time is requested again unchanged. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRangeThatTimesOutIsSplit(boolean counts) {
    fill(20_000, i -> "item/%06d".formatted(i));
    fill(2_000, i -> "stock/%06d".formatted(i));
    fill(1, i -> "zzz");
    managed = 4_000;
    assertEquals(new ArrayList<>(stored), readAll(KeyRange.prefix("n/"), counts));
    assertTrue(refused < 40, refused + " ranges were too much");
    assertTrue(asked.size() < 6_000, asked.size() + " requests");
  }

  @Test
  void theWholeRangeCanBeSplitToo() {
    fill(300, i -> "a" + (char) (i % 120) + i);
    managed = 20;
    assertEquals(new ArrayList<>(stored), readAll(KeyRange.all(), true));
  }

  /** Whichever requests time out, no key is skipped or read twice. */
  @Test
  void randomTimeoutsLoseNoKey() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      stored.clear();
      int kinds = 1 + random.nextInt(3);
      fill(
          random.nextInt(1_500),
          i -> Integer.toString(random.nextInt(kinds)) + "/" + random.nextInt(1 << 16));
      managed = 20 + random.nextInt(1_000);
      answered = 1 + random.nextInt(PAGE);
      assertEquals(
          new ArrayList<>(stored),
          readAll(KeyRange.prefix("n/"), random.nextBoolean()),
          "round " + round);
    }
  }

  @Test
  void withoutCountsEveryRequestCoversTheRest() {
    fill(5_000, i -> "item-" + i);
    KeyRange whole = KeyRange.prefix("n/");
    assertEquals(new ArrayList<>(stored), readAll(whole, false));
    assertEquals(10, asked.size());
    asked.forEach(range -> assertEquals(whole.to(), range.to()));
  }
}
