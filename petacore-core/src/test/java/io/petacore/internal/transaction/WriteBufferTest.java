package io.petacore.internal.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.commit.batch.Write;
import io.petacore.internal.mvcc.Order;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes merged with entries, compared with plain maps. */
class WriteBufferTest {
  private static final int RUNS = 3_000;
  private static final int KEYS = 12;

  private final WriteBuffer buffer = new WriteBuffer();

  private static Bytes key(int number) {
    // One of them begins with the byte that is greatest unsigned, and least signed.
    return number == 0 ? Bytes.of((byte) 0xff) : Bytes.utf8("" + (char) ('a' + number));
  }

  private static List<Entry> drain(Iterator<Entry> iterator, Random random) {
    List<Entry> entries = new ArrayList<>();
    while (random.nextInt(3) == 0 || iterator.hasNext()) {
      try {
        entries.add(iterator.next());
      } catch (NoSuchElementException end) {
        break;
      }
    }
    assertThrows(NoSuchElementException.class, iterator::next);
    return entries;
  }

  private static List<Entry> entries(Map<Bytes, Bytes> map) {
    return map.entrySet().stream().map(e -> new Entry(e.getKey(), e.getValue())).toList();
  }

  @Test
  void aScanIsTheMergedMap() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + RUNS; seed++) {
      try {
        compare(new Random(seed));
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  private static void compare(Random random) {
    NavigableMap<Bytes, Bytes> below = new TreeMap<>();
    for (int i = random.nextInt(KEYS); i > 0; i--) {
      below.put(key(random.nextInt(KEYS)), Bytes.utf8("below" + i));
    }
    NavigableMap<Bytes, Bytes> merged = new TreeMap<>(below);
    NavigableMap<Bytes, Write> written = new TreeMap<>();
    WriteBuffer writes = new WriteBuffer();
    for (int i = random.nextInt(KEYS); i > 0; i--) {
      Bytes key = key(random.nextInt(KEYS));
      Bytes value = random.nextBoolean() ? Bytes.utf8("own" + i) : null;
      writes.put(new Write(key, value));
      written.put(key, new Write(key, value));
      if (value == null) {
        merged.remove(key);
      } else {
        merged.put(key, value);
      }
    }
    assertEquals(List.copyOf(written.values()), writes.toList());
    for (int i = 0; i < KEYS; i++) {
      assertEquals(written.get(key(i)), writes.get(key(i)));
    }
    KeyRange all = KeyRange.prefix(Bytes.EMPTY);
    assertEquals(
        entries(merged),
        drain(writes.over(entries(below).iterator(), all, Order.ASCENDING), random));
    Bytes from = key(random.nextInt(KEYS));
    Bytes to = key(random.nextInt(KEYS));
    if (from.compareTo(to) <= 0) {
      assertEquals(
          entries(merged.subMap(from, to)),
          drain(
              writes.over(
                  entries(below.subMap(from, to)).iterator(),
                  KeyRange.closedOpen(from, to),
                  Order.ASCENDING),
              random));
    }
    assertEquals(
        entries(merged.tailMap(from, true).descendingMap()),
        drain(
            writes.over(
                entries(below.tailMap(from, true).descendingMap()).iterator(),
                KeyRange.atLeast(from),
                Order.DESCENDING),
            random));
    assertEquals(
        List.copyOf(written.tailMap(from).values()),
        List.copyOf(writes.in(KeyRange.atLeast(from))));
    assertEquals(
        entries(merged.tailMap(from)),
        drain(
            writes.over(
                entries(below.tailMap(from)).iterator(), KeyRange.atLeast(from), Order.ASCENDING),
            random));
  }

  private void put(int key, @Nullable String value) {
    buffer.put(new Write(key(key), value == null ? null : Bytes.utf8(value)));
  }

  @Test
  void aScanGoesOnWhileTheBufferIsWritten() {
    put(1, "one");
    put(3, "three");
    put(5, "five");
    Iterator<Entry> scan =
        buffer.over(List.<Entry>of().iterator(), KeyRange.all(), Order.ASCENDING);
    assertEquals(new Entry(key(1), Bytes.utf8("one")), scan.next());
    put(2, "two");
    put(3, null);
    put(4, "four");
    assertEquals(new Entry(key(3), Bytes.utf8("three")), scan.next(), "as they were");
    assertEquals(new Entry(key(5), Bytes.utf8("five")), scan.next());
    assertThrows(NoSuchElementException.class, scan::next);
  }

  @Test
  void theListIsACopy() {
    put(1, "one");
    List<Write> list = buffer.toList();
    put(2, "two");
    assertEquals(1, list.size());
    assertNull(buffer.get(key(3)));
  }
}
