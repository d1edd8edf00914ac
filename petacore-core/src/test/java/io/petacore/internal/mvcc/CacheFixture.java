package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A cache under a manual clock, whose timestamps are ten times the revision. */
abstract class CacheFixture {
  static final long RETENTION = 1_000;

  /** Close to the maximum, which the monotonic clock may exceed. */
  final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - RETENTION / 2);

  final MvccCache cache = new MvccCache(Duration.ofNanos(RETENTION), nanoTime::get);

  static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }

  static Change put(String key, String value, long revision) {
    return new Change(bytes(key), bytes(value), revision);
  }

  static Change delete(String key, long revision) {
    return new Change(bytes(key), null, revision);
  }

  void apply(long revision, Change... changes) {
    cache.apply(List.of(changes), revision, 10 * revision);
  }

  void pass(long nanos) {
    nanoTime.addAndGet(nanos);
  }

  Version found(String key, long timestamp) {
    return Objects.requireNonNull(cache.find(bytes(key), timestamp));
  }

  @Nullable String read(String key, long timestamp) {
    Version version = cache.find(bytes(key), timestamp);
    Bytes value = version == null ? null : version.value();
    return value == null ? null : value.toUtf8();
  }

  String scan(KeyRange range, long timestamp) {
    List<String> entries = new ArrayList<>();
    Iterator<Entry> scan = cache.scan(range, Order.ASCENDING, timestamp);
    while (scan.hasNext()) {
      Entry entry = scan.next();
      entries.add(entry.key().toUtf8() + "=" + entry.value().toUtf8());
    }
    return String.join(" ", entries);
  }

  String scan(long timestamp) {
    return scan(KeyRange.all(), timestamp);
  }

  void assertTooOld(long timestamp) {
    assertThrows(TransactionTooOldException.class, () -> cache.find(bytes("any"), timestamp));
    assertThrows(TransactionTooOldException.class, () -> scan(timestamp));
    assertThrows(TransactionTooOldException.class, () -> cache.requireKept(timestamp));
  }

  /** Keys of which only a tombstone is left are included. */
  void assertIndexSizes(int keys) {
    assertEquals(keys, cache.hashIndex.size());
    assertEquals(keys, cache.orderedIndex.size());
  }
}
