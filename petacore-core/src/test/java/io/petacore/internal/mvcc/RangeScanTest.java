package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scans: their range, order and state, and the failure of a scan whose state is freed. */
class RangeScanTest extends CacheFixture {

  @Test
  void scansReturnTheirRangeInUnsignedByteOrder() {
    Bytes high = Bytes.of((byte) 0xff);
    cache.load(
        List.of(
            put("b", "2", 1), new Change(high, bytes("4"), 1), put("a", "1", 1), put("ab", "3", 1)),
        1,
        10);
    Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    assertEquals(new Entry(bytes("a"), bytes("1")), scan.next());
    assertEquals(new Entry(bytes("ab"), bytes("3")), scan.next());
    assertEquals(new Entry(bytes("b"), bytes("2")), scan.next());
    assertTrue(scan.hasNext());
    assertTrue(scan.hasNext(), "asking changes nothing");
    assertEquals(new Entry(high, bytes("4")), scan.next());
    assertFalse(scan.hasNext());
    assertThrows(NoSuchElementException.class, scan::next);
    assertEquals("a=1 ab=3", scan(KeyRange.prefix("a"), 10));
    assertEquals("ab=3", scan(KeyRange.closedOpen("aa", "b"), 10));
    assertEquals("a=1", scan(KeyRange.single("a"), 10));
    assertEquals("", scan(KeyRange.closedOpen("a", "a"), 10));
  }

  @Test
  void aScanIsUnaffectedByNewRevisions() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1), put("d", "1", 1)), 1, 10);
    Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    assertEquals(bytes("a"), scan.next().key());
    apply(2, delete("b", 2), put("c", "2", 2), put("d", "2", 2));
    assertEquals(new Entry(bytes("b"), bytes("1")), scan.next());
    assertEquals(new Entry(bytes("d"), bytes("1")), scan.next());
    assertFalse(scan.hasNext());
  }

  /** One more entry than a scan looks up at once. */
  private void loadOneMoreThanAScanFindsAtATime() {
    cache.load(
        IntStream.rangeClosed(0, RangeScan.GROUP).mapToObj(i -> put(nth(i), "1", 1)).toList(),
        1,
        10);
  }

  private static String nth(int i) {
    return String.format("%03d", i);
  }

  private static void assertNext(int count, Iterator<Entry> scan) {
    for (int i = 0; i < count; i++) {
      assertEquals(new Entry(bytes(nth(i)), bytes("1")), scan.next());
    }
  }

  @Test
  void aScanBelowTheHorizonFails() {
    loadOneMoreThanAScanFindsAtATime();
    Iterator<Entry> running = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    Iterator<Entry> notBegun = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    assertTrue(running.hasNext());
    apply(2, put(nth(RangeScan.GROUP), "2", 2));
    pass(RETENTION);
    cache.freeHistory();
    assertNext(RangeScan.GROUP, running); // found before
    for (int asked = 0; asked < 2; asked++) {
      assertThrows(TransactionTooOldException.class, running::hasNext);
      assertThrows(TransactionTooOldException.class, notBegun::hasNext);
    }
  }

  /** A freed version would look like an absent key, whether or not another key follows. */
  @Test
  void aScanBelowTheHorizonDoesNotSkipFreedKeys() {
    loadOneMoreThanAScanFindsAtATime();
    String last = nth(RangeScan.GROUP);
    apply(2, put(last + "+", "1", 2));
    Iterator<Entry> all = cache.scan(KeyRange.all(), Order.ASCENDING, 20);
    Iterator<Entry> upToLast =
        cache.scan(KeyRange.closedOpen(nth(0), last + "+"), Order.ASCENDING, 20);
    assertNext(RangeScan.GROUP, all);
    assertNext(RangeScan.GROUP, upToLast);
    apply(3, delete(last, 3));
    pass(RETENTION);
    cache.freeHistory();
    assertThrows(TransactionTooOldException.class, all::next);
    assertThrows(TransactionTooOldException.class, upToLast::hasNext);
  }

  @Test
  void aRunningScanFailsWhenTheCacheIsClosed() {
    loadOneMoreThanAScanFindsAtATime();
    Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    assertTrue(scan.hasNext());
    cache.close();
    assertNext(RangeScan.GROUP, scan);
    assertThrows(StorageClosedException.class, scan::hasNext);
  }

  @Test
  void scansAndCountsSkipManyAbsentKeys() {
    int many = 5 * RangeScan.GROUP + 3;
    cache.load(IntStream.range(0, many).mapToObj(i -> put(nth(i), "1", 1)).toList(), 1, 10);
    apply(2, IntStream.range(1, many - 1).mapToObj(i -> delete(nth(i), 2)).toArray(Change[]::new));
    Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, 20);
    assertEquals(bytes(nth(0)), scan.next().key());
    assertEquals(bytes(nth(many - 1)), scan.next().key());
    assertFalse(scan.hasNext());
    assertEquals(2, cache.count(KeyRange.all(), 20));
    assertEquals(many, cache.count(KeyRange.all(), 10));
  }
}
