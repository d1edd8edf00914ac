package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How long superseded versions and tombstones are kept, by retention, pins and memory. */
class RetentionTest extends CacheFixture {
  // ---- retention

  @Test
  void historyIsKeptForTheRetention() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    pass(RETENTION - 1);
    cache.freeHistory();
    assertEquals("1", read("a", 10));
    assertEquals(10, cache.horizon());
    pass(1);
    cache.freeHistory();
    assertTooOld(10);
    assertTooOld(19);
    assertEquals(20, cache.horizon());
    assertEquals("2", read("a", 20));
  }

  /** The retention starts when a version is superseded, not when it is written. */
  @Test
  void theRetentionStartsWhenAVersionIsSuperseded() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    pass(100 * RETENTION);
    apply(2, put("a", "2", 2));
    assertEquals("1", read("a", 10));
  }

  @Test
  void theHorizonAdvancesOnlyWhenVersionsAreFreed() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("b", "2", 2));
    apply(3, put("c", "3", 3));
    pass(100 * RETENTION);
    apply(4);
    cache.freeHistory();
    assertEquals(10, cache.horizon(), "nothing was superseded");
    assertEquals("a=1", scan(10));
    apply(5, put("a", "5", 5));
    pass(RETENTION);
    apply(6, put("b", "6", 6));
    assertEquals(50, cache.horizon());
    assertEquals("a=5 b=2 c=3", scan(50));
  }

  @Test
  void applyingFreesHistory() {
    cache.load(List.of(put("a", "0", 1)), 1, 10);
    for (long revision = 2; revision < 1_000; revision++) {
      pass(RETENTION / 2);
      apply(revision, put("a", "" + revision, revision));
      assertTrue(cache.horizon() >= 10 * (revision - 2), "two of them lie within the retention");
    }
  }

  @Test
  void freedVersionsCanBeCollected() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    apply(3, put("a", "3", 3));
    Version newest = found("a", 30);
    assertNotNull(newest.older());
    pass(RETENTION);
    cache.freeHistory();
    assertNull(newest.older());
  }

  @Test
  void tombstonesLeaveBothIndexesWithTheHistory() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    apply(2, delete("a", 2));
    pass(RETENTION - 1);
    apply(3, put("b", "3", 3));
    assertTrue(found("a", 30).isTombstone());
    assertIndexSizes(2);
    pass(1);
    apply(4, put("b", "4", 4));
    assertNull(cache.find(bytes("a"), 40));
    assertIndexSizes(1);
    assertEquals("b=4", scan(40));
    assertEquals("b=1", scan(20), "absent there as before");
    assertTooOld(19);
  }

  @Test
  void aKeyCreatedAboveItsTombstoneStays() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, delete("a", 2));
    apply(3, put("a", "3", 3));
    pass(RETENTION);
    cache.freeHistory();
    assertEquals("a=3", scan(30));
    assertEquals("3", read("a", 30));
    assertNull(found("a", 30).older());
    apply(4, delete("a", 4));
    pass(RETENTION);
    cache.freeHistory();
    assertNull(cache.find(bytes("a"), 40));
    apply(5, put("a", "5", 5));
    assertEquals("a=5", scan(50));
    assertEquals("", scan(40));
    assertNull(read("a", 40));
  }

  @Test
  void theMonotonicClockMayOverflow() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2)); // before it
    pass(RETENTION - 1); // after it
    apply(3, put("a", "3", 3));
    assertEquals("1", read("a", 10));
    pass(1);
    cache.freeHistory();
    assertTooOld(10);
    assertEquals("2", read("a", 20));
    pass(RETENTION);
    cache.freeHistory();
    assertTooOld(20);
  }

  // ---- pins

  @Test
  void aPinKeepsItsWholeState() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    assertTrue(cache.pin(25));
    apply(3, put("a", "3", 3), delete("b", 3));
    apply(4, put("a", "4", 4), put("b", "4", 4));
    pass(RETENTION);
    cache.freeHistory();
    assertEquals(20, cache.horizon(), "what only older ones needed is freed");
    assertEquals("a=2 b=1", scan(25));
    assertTooOld(19);
    cache.unpin(25);
    cache.freeHistory();
    assertEquals(40, cache.horizon());
    assertTooOld(25);
    assertEquals("a=4 b=4", scan(40));
  }

  @Test
  void aPinBelowTheHorizonIsRefused() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    pass(RETENTION);
    cache.freeHistory();
    assertFalse(cache.pin(19));
    assertTrue(cache.pin(20), "the horizon itself is kept");
  }

  @Test
  void pinsOfATimestampAreCounted() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    assertTrue(cache.pin(10));
    assertTrue(cache.pin(10));
    apply(2, put("a", "2", 2));
    pass(RETENTION);
    cache.unpin(10);
    cache.freeHistory();
    assertEquals("1", read("a", 10));
    assertTrue(cache.pin(15));
    cache.unpin(10);
    cache.freeHistory();
    assertEquals("1", read("a", 15), "another pin needs it too");
    cache.unpin(15);
    cache.unpin(15);
    cache.freeHistory();
    assertTooOld(15);
  }

  @Test
  void aPinOfTheNewestStateKeepsIt() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2));
    assertTrue(cache.pin(20));
    apply(3, delete("a", 3));
    pass(2 * RETENTION);
    cache.freeHistory();
    assertEquals("2", read("a", 20));
    assertEquals("a=2", scan(20));
    assertEquals("", scan(30));
  }

  // ---- memory

  private static final long OF_A = MemoryUsage.ofKey(Bytes.utf8("a"));

  private static int ofValue(String value) {
    return MemoryUsage.ofVersion(Version.first(bytes("a"), bytes(value), 1, 1));
  }

  @Test
  void memoryUsageIsEstimated() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    MemoryUsage loaded = cache.memoryUsage();
    assertEquals(new MemoryUsage(1, OF_A + ofValue("1"), 0), loaded);
    apply(2, put("a", "a longer value", 2), put("a", "the longest of all the values", 2));
    MemoryUsage superseded = cache.memoryUsage();
    assertEquals(2, superseded.versions(), "what was replaced in its own revision is no version");
    assertEquals(
        OF_A + ofValue("the longest of all the values") + superseded.historyBytes(),
        superseded.bytes());
    apply(3, delete("a", 3));
    assertEquals(3, cache.memoryUsage().versions(), "the tombstone, too");
    pass(RETENTION + 1);
    cache.freeHistory();
    assertEquals(new MemoryUsage(0, 0, 0), cache.memoryUsage());
  }

  @Test
  void theHistoryBoundAdvancesTheHorizonUpToTheOldestPin() {
    long one = (long) MemoryUsage.ofSuperseded(ofValue("1")) + RevisionLog.BYTES;
    MvccCache bounded = new MvccCache(Duration.ofNanos(RETENTION), 3 * one, nanoTime::get);
    bounded.load(List.of(put("a", "0", 1)), 1, 10);
    for (int revision = 2; revision <= 4; revision++) {
      bounded.apply(List.of(put("a", "" + revision, revision)), revision, 10L * revision);
    }
    assertEquals(10, bounded.horizon(), "three superseded versions are within the bound");
    bounded.apply(List.of(put("a", "5", 5)), 5, 50);
    assertEquals(20, bounded.horizon());
    assertEquals(3 * one, bounded.memoryUsage().historyBytes());
    assertThrows(TransactionTooOldException.class, () -> bounded.find(bytes("a"), 19));
    assertEquals(bytes("2"), Objects.requireNonNull(bounded.find(bytes("a"), 20)).value());
    assertTrue(bounded.pin(20));
    bounded.apply(List.of(put("a", "6", 6)), 6, 60);
    assertEquals(20, bounded.horizon(), "pinned");
    bounded.unpin(20);
    bounded.apply(List.of(put("a", "7", 7)), 7, 70);
    assertEquals(40, bounded.horizon());
  }
}
