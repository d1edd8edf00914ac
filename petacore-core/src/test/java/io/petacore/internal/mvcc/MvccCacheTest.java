package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.StorageClosedException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a cache contains after a load and after each revision, whom it notifies, and its close. */
class MvccCacheTest extends CacheFixture {
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

  // ---- close

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
}
