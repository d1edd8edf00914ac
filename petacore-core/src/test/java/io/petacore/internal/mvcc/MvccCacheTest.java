package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The guarantees of the cache, one by one, under a manual clock. */
class MvccCacheTest {
  private static final long RETENTION = 1_000;

  /** Close to the maximum, which the monotonic clock may exceed. */
  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - RETENTION / 2);

  private final MvccCache cache = new MvccCache(Duration.ofNanos(RETENTION), nanoTime::get);

  private static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }

  private static Change put(String key, String value, long revision) {
    return new Change(bytes(key), bytes(value), revision);
  }

  private static Change delete(String key, long revision) {
    return new Change(bytes(key), null, revision);
  }

  /** The timestamp is ten times the revision. */
  private void apply(long revision, Change... changes) {
    cache.apply(List.of(changes), revision, 10 * revision);
  }

  private void pass(long nanos) {
    nanoTime.addAndGet(nanos);
  }

  private Version found(String key, long timestamp) {
    return Objects.requireNonNull(cache.find(bytes(key), timestamp));
  }

  private @Nullable String read(String key, long timestamp) {
    Version version = cache.find(bytes(key), timestamp);
    Bytes value = version == null ? null : version.value();
    return value == null ? null : value.toUtf8();
  }

  private String scan(KeyRange range, long timestamp) {
    List<String> entries = new ArrayList<>();
    Iterator<Entry> scan = cache.scan(range, Order.ASCENDING, timestamp);
    while (scan.hasNext()) {
      Entry entry = scan.next();
      entries.add(entry.key().toUtf8() + "=" + entry.value().toUtf8());
    }
    return String.join(" ", entries);
  }

  private String scan(long timestamp) {
    return scan(KeyRange.all(), timestamp);
  }

  private void assertTooOld(long timestamp) {
    assertThrows(TransactionTooOldException.class, () -> cache.find(bytes("any"), timestamp));
    assertThrows(TransactionTooOldException.class, () -> scan(timestamp));
    assertThrows(TransactionTooOldException.class, () -> cache.requireKept(timestamp));
  }

  // ---- load and apply

  @Test
  void aNewCacheIsEmpty() {
    assertEquals(new AppliedState(0, 0, 0, nanoTime.get()), cache.applied());
    assertNull(cache.newest(bytes("a")));
    assertEquals("", scan(0));
  }

  @Test
  void loadedKeysArePresent() {
    cache.load(List.of(put("b", "2", 3), put("a", "1", 5)), 7, 70);
    assertEquals(new AppliedState(7, 70, 2, nanoTime.get()), cache.applied());
    assertEquals("a=1 b=2", scan(70));
    assertEquals(bytes("1"), cache.newest(bytes("a")));
    assertEquals(3, found("b", 70).modRevision());
    assertNull(cache.find(bytes("c"), 70));
    assertTooOld(69);
  }

  @Test
  void aRevisionIsVisibleFromItsTimestampOn() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    pass(5);
    apply(2, put("a", "2", 2), delete("b", 2), put("c", "2", 2));
    assertEquals(new AppliedState(2, 20, 2, nanoTime.get()), cache.applied());
    assertEquals("a=1 b=1", scan(10));
    assertEquals("a=1 b=1", scan(19));
    assertEquals("a=2 c=2", scan(20));
    assertEquals("1", read("a", 19));
    assertEquals("2", read("a", 20));
    assertNull(read("c", 19));
    assertTrue(found("b", 20).isTombstone());
    assertEquals(2, found("b", 20).modRevision());
  }

  @Test
  void timestampsMustRise() {
    cache.load(List.of(), 1, 10);
    assertThrows(IllegalStateException.class, () -> cache.apply(List.of(), 2, 10));
    cache.apply(List.of(), 2, 11);
    assertThrows(IllegalStateException.class, () -> cache.apply(List.of(), 3, 5));
    assertEquals(2, cache.applied().revision());
  }

  @Test
  void theLastOfSeveralChangesToAKeyWins() {
    cache.load(List.of(put("a", "1", 1), put("b", "1", 1)), 1, 10);
    apply(
        2,
        put("a", "x", 2),
        delete("a", 2),
        put("a", "2", 2),
        put("b", "x", 2),
        delete("b", 2),
        put("c", "x", 2),
        delete("c", 2),
        delete("d", 2),
        put("d", "2", 2));
    assertEquals("a=1 b=1", scan(10), "what was there before is behind it all the same");
    assertEquals("a=2 d=2", scan(20));
    assertEquals(2, cache.applied().keys());
    assertEquals(1, Objects.requireNonNull(found("a", 20).older()).modRevision());
    pass(RETENTION);
    cache.freeHistory();
    assertEquals("a=2 d=2", scan(20));
    assertNull(cache.find(bytes("b"), 20), "its tombstone is gone");
    assertNull(cache.find(bytes("c"), 20));
  }

  @Test
  void deletingAnUnknownKeyLeavesNothing() {
    cache.load(List.of(), 1, 10);
    apply(2, delete("a", 2));
    assertNull(cache.find(bytes("a"), 20));
    assertEquals(0, cache.applied().keys());
    assertEquals(10, cache.horizon());
  }

  @Test
  void presentKeysAreCounted() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    apply(2, put("a", "2", 2), put("b", "2", 2));
    assertEquals(2, cache.applied().keys());
    apply(3, delete("a", 3));
    apply(4, delete("a", 4));
    assertEquals(1, cache.applied().keys());
    apply(5, put("a", "5", 5));
    assertEquals(2, cache.applied().keys());
    pass(RETENTION);
    apply(6, delete("a", 6), delete("b", 6));
    pass(RETENTION);
    apply(7, put("a", "7", 7));
    assertEquals(1, cache.applied().keys());
  }

  @Test
  void reservedKeysAreFoundButNeitherCountedNorScanned() {
    cache.load(List.of(put("\0d/1", "", 1), put("a", "1", 1)), 1, 10);
    apply(2, put("\0d/1", "", 2), put("\0d/2", "", 2));
    assertEquals(1, cache.applied().keys());
    assertEquals("a=1", scan(20));
    assertEquals("a=1", scan(KeyRange.prefix(""), 20));
    assertEquals("", scan(KeyRange.prefix("\0"), 20));
    assertEquals(2, found("\0d/1", 20).modRevision());
    assertEquals(1, found("\0d/1", 10).modRevision());
    apply(3, delete("\0d/1", 3));
    assertEquals(1, cache.applied().keys());
  }

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

  // ---- history

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

  // ---- waiters

  @Test
  void waitersCompleteAtTheirRevision() {
    cache.load(List.of(), 1, 10);
    assertSame(cache.applied(), cache.whenApplied(1).join());
    CompletableFuture<AppliedState> third = cache.whenApplied(3);
    CompletableFuture<AppliedState> second = cache.whenApplied(2);
    CompletableFuture<AppliedState> fifth = cache.whenApplied(5);
    apply(2, put("a", "2", 2));
    assertEquals(2, second.join().revision());
    assertFalse(third.isDone());
    apply(4, put("a", "4", 4));
    assertEquals(4, third.join().revision(), "the first at or above it");
    assertFalse(fifth.isDone());
    cache.abandonWaiters(new StorageClosedException("scripted"));
    assertThrows(CompletionException.class, fifth::join);
    CompletableFuture<AppliedState> later = cache.whenApplied(5);
    apply(5, put("a", "5", 5));
    assertEquals(5, later.join().revision());
  }

  @Test
  void aWaiterSeesTheStateOfItsRevision() {
    cache.load(List.of(), 1, 10);
    CompletableFuture<@Nullable Bytes> seen =
        cache.whenApplied(2).thenApply(applied -> cache.newest(bytes("a")));
    apply(2, put("a", "2", 2));
    assertEquals(bytes("2"), seen.join());
  }

  // ---- past states

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

  @Test
  void aClosedCacheIsEmptyAndReadsFail() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    Iterator<Entry> scan = cache.scan(KeyRange.all(), Order.ASCENDING, 10);
    cache.close();
    assertThrows(StorageClosedException.class, () -> cache.newest(bytes("a")));
    assertThrows(StorageClosedException.class, () -> cache.newest(bytes("absent")));
    assertThrows(StorageClosedException.class, () -> cache.find(bytes("a"), 10));
    assertThrows(StorageClosedException.class, scan::hasNext);
    assertIndexSizes(0);
  }

  /** Fails, by not returning, if a read of the newest state retries on a closed cache. */
  @Test
  void aClosedCacheRefusesPins() {
    cache.load(List.of(put("a", "1", 1)), 1, 10);
    cache.close();
    assertThrows(StorageClosedException.class, () -> cache.pin(10));
  }

  /** Keys of which only a tombstone is left are included. */
  private void assertIndexSizes(int keys) {
    assertEquals(keys, cache.hashIndex.size());
    assertEquals(keys, cache.orderedIndex.size());
  }
}
