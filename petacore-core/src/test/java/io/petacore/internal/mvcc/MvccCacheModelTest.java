package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * Compares the cache with a model that keeps a copy of every state, under random revisions, time,
 * pins and frees, from a seed that a failure prints.
 */
class MvccCacheModelTest {
  private static final int RUNS = 300;
  private static final int STEPS = 150;
  private static final int FEW_KEYS = 8;

  /** Enough keys for several pages of the ordered index. */
  private static final int MANY_KEYS = 300;

  private static final long RETENTION = 1_000;

  @Test
  void theCacheAgreesWithTheModel() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + RUNS; seed++) {
      try {
        new Run(seed, seed % 15 == 0 ? MANY_KEYS : FEW_KEYS).run();
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  /**
   * A published state.
   *
   * @param at the time of publication
   * @param replaces whether it changed a present key, so that there is an older version to free
   * @param changes whether it changed any key
   */
  private record State(
      NavigableMap<Bytes, Change> present,
      NavigableMap<Bytes, Long> deletedBy,
      long at,
      boolean replaces,
      boolean changes) {}

  private static final class Run {
    private final Random random;
    private final int keys;
    private long now;
    private final MvccCache cache;
    private final NavigableMap<Long, State> states = new TreeMap<>();
    private final NavigableMap<Long, Integer> pins = new TreeMap<>();
    private long revision = 1;
    private long timestamp = 10;
    private long leastHorizon = 10;
    private long greatestHorizon = 10;

    Run(long seed, int keys) {
      this.random = new Random(seed);
      this.keys = keys;
      this.now = random.nextLong();
      LongChains longChains = new LongChains(1 << random.nextInt(4));
      this.cache =
          new MvccCache(
              Duration.ofNanos(RETENTION), new History(Long.MAX_VALUE), longChains, () -> now);
    }

    void run() {
      NavigableMap<Bytes, Change> loaded = new TreeMap<>();
      for (int i = 0; i < keys; i += 2) {
        loaded.put(key(i), new Change(key(i), value(), 1));
      }
      cache.load(loaded.values(), revision, timestamp);
      states.put(timestamp, new State(loaded, new TreeMap<>(), now, false, false));
      for (int i = 0; i < STEPS; i++) {
        step();
        check();
        CacheInvariants.check(cache, true, Assertions::fail);
      }
    }

    private void step() {
      switch (random.nextInt(8)) {
        case 0 -> now += random.nextInt((int) RETENTION);
        case 1 -> {
          cache.freeHistory();
          freed();
        }
        case 2 -> pin();
        case 3 -> unpin();
        default -> apply();
      }
    }

    private static Bytes key(int timestamp) {
      // One of them starts with the byte that is highest unsigned and -1 signed.
      return timestamp == 0 ? Bytes.of((byte) 0xff) : Bytes.utf8("key" + timestamp);
    }

    private Bytes value() {
      return random.nextInt(10) == 0 ? Bytes.EMPTY : Bytes.utf8("" + random.nextInt(5));
    }

    private void apply() {
      now += random.nextInt(200);
      revision += 1 + random.nextInt(3);
      timestamp += 1 + random.nextInt(20);
      State last = states.lastEntry().getValue();
      NavigableMap<Bytes, Change> present = new TreeMap<>(last.present());
      NavigableMap<Bytes, Long> deletedBy = new TreeMap<>(last.deletedBy());
      List<Change> changes = new ArrayList<>();
      boolean replaces = false;
      for (int i = random.nextInt(keys / 3 + 3); i > 0; i--) {
        Bytes key = key(random.nextInt(keys));
        Change change = new Change(key, random.nextInt(3) == 0 ? null : value(), revision);
        changes.add(change);
        replaces |= last.present().containsKey(key);
        if (change.value() == null) {
          if (present.remove(key) != null || deletedBy.containsKey(key)) {
            deletedBy.put(key, timestamp);
          }
        } else {
          present.put(key, change);
          deletedBy.remove(key);
        }
      }
      cache.apply(changes, revision, timestamp);
      states.put(timestamp, new State(present, deletedBy, now, replaces, !changes.isEmpty()));
      assertEquals(new AppliedState(revision, timestamp, present.size(), now), cache.applied());
      freed();
    }

    /** Checks what the cache had to free, and what it was allowed to free. */
    private void freed() {
      long oldestPin = pins.isEmpty() ? Long.MAX_VALUE : pins.firstKey();
      states.forEach(
          (timestamp, state) -> {
            if (state.at() - (now - RETENTION) <= 0 && timestamp <= oldestPin) {
              leastHorizon = state.replaces() ? Math.max(leastHorizon, timestamp) : leastHorizon;
              greatestHorizon =
                  state.changes() ? Math.max(greatestHorizon, timestamp) : greatestHorizon;
            }
          });
    }

    private void pin() {
      long timestamp = someNumber();
      boolean pinned = cache.pin(timestamp);
      assertEquals(timestamp >= cache.horizon(), pinned);
      if (pinned) {
        pins.merge(timestamp, 1, Integer::sum);
      }
    }

    private void unpin() {
      if (!pins.isEmpty()) {
        long timestamp = pins.firstKey();
        cache.unpin(timestamp);
        pins.computeIfPresent(timestamp, (n, count) -> count == 1 ? null : count - 1);
      }
    }

    private long someNumber() {
      return Math.max(0, timestamp + 5 - random.nextInt(200));
    }

    private void check() {
      long horizon = cache.horizon();
      assertTrue(leastHorizon <= horizon, "freed too little: " + leastHorizon + " > " + horizon);
      assertTrue(horizon <= greatestHorizon, "freed too much: " + horizon);
      long timestamp = someNumber();
      if (timestamp < horizon) {
        assertThrows(TransactionTooOldException.class, () -> cache.find(key(1), timestamp));
        assertThrows(TransactionTooOldException.class, () -> drain(KeyRange.all(), timestamp));
        assertThrows(
            TransactionTooOldException.class, () -> cache.count(KeyRange.all(), timestamp));
      } else {
        checkState(timestamp);
      }
      if (!pins.isEmpty()) {
        checkState(pins.firstKey());
        checkState(pins.lastKey());
      }
      State newest = states.lastEntry().getValue();
      for (int i = 0; i < keys; i++) {
        Change there = newest.present().get(key(i));
        assertEquals(there == null ? null : there.value(), cache.newest(key(i)));
      }
    }

    private void checkState(long timestamp) {
      State state = states.floorEntry(timestamp).getValue();
      for (int i = 0; i < keys; i++) {
        Bytes key = key(i);
        Change there = state.present().get(key);
        Version found = cache.find(key, timestamp);
        if (there != null) {
          assertEquals(there.value(), found == null ? null : found.value());
          assertEquals(there.modRevision(), found == null ? 0 : found.modRevision());
          assertTrue(found != null && found.timestamp() <= timestamp);
        } else if (found != null) {
          assertTrue(found.isTombstone());
        }
      }
      assertEquals(
          state.present().values().stream().map(Run::entry).toList(),
          drain(KeyRange.all(), timestamp));
      Bytes from = key(random.nextInt(keys));
      Bytes to = key(random.nextInt(keys));
      if (from.compareTo(to) <= 0) {
        KeyRange range = KeyRange.closedOpen(from, to);
        var part = state.present().subMap(from, true, to, false);
        assertEquals(part.values().stream().map(Run::entry).toList(), drain(range, timestamp));
        assertEquals(
            part.descendingMap().values().stream().map(Run::entry).toList(),
            drain(cache.scan(range, Order.DESCENDING, timestamp)));
        assertEquals(part.size(), cache.count(range, timestamp));
      }
      checkDead();
    }

    /** A key that is deleted at the horizon leaves both indexes. */
    private void checkDead() {
      State newest = states.lastEntry().getValue();
      newest
          .deletedBy()
          .forEach(
              (key, deletedBy) -> {
                if (deletedBy < cache.horizon()) {
                  assertNull(cache.find(key, timestamp), "a tombstone behind the horizon");
                }
              });
    }

    private static Entry entry(Change change) {
      Bytes value = change.value();
      assertFalse(value == null);
      return new Entry(change.key(), value);
    }

    private List<Entry> drain(KeyRange range, long timestamp) {
      return drain(cache.scan(range, Order.ASCENDING, timestamp));
    }

    private static List<Entry> drain(Iterator<Entry> scan) {
      List<Entry> entries = new ArrayList<>();
      while (scan.hasNext()) {
        entries.add(scan.next());
      }
      return entries;
    }
  }
}
