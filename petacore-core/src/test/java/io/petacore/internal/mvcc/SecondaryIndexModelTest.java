package io.petacore.internal.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.error.TransactionTooOldException;
import io.petacore.testing.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * An index is what its function says of the state, at every timestamp that can be read: under
 * random loads, revisions, resyncs, pins and frees.
 */
class SecondaryIndexModelTest {

  private static final int RUNS = 200;
  private static final int STEPS = 100;
  private static final int FEW_KEYS = 8;
  private static final int MANY_KEYS = 400;
  private static final long RETENTION = 1_000;
  private static final KeyRange ALL = KeyRange.atLeast(Bytes.EMPTY);

  @Test
  void anIndexIsItsFunctionOfTheState() {
    Seeds.fresh(RUNS)
        .forEach(
            seed -> {
              try {
                new Run(seed).run();
              } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(Seeds.replay(seed), failure);
              }
            });
  }

  /** An index key for each byte of the value, some of them twice; fails for some values. */
  private static Collection<Bytes> everyByte(Entry entry) {
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i < entry.value().length(); i++) {
      byte b = entry.value().byteAt(i);
      if (b == '4') {
        throw new IllegalStateException("a four");
      }
      keys.add(b == '3' ? Bytes.of((byte) 0, b) : Bytes.of(b));
    }
    return keys;
  }

  private static Collection<Bytes> length(Entry entry) {
    return List.of(Bytes.of((byte) entry.value().length()));
  }

  private static final class Run {
    private final Random random;
    private final int keys;
    private final boolean bounded;
    private long now;
    private final MvccCache cache;
    private final NavigableMap<Long, NavigableMap<Bytes, Bytes>> states = new TreeMap<>();
    private final List<Long> pins = new ArrayList<>();
    private long revision = 1;
    private long timestamp = 10;

    Run(long seed) {
      random = new Random(seed);
      keys = seed % 10 == 0 ? MANY_KEYS : FEW_KEYS;
      bounded = random.nextInt(4) == 0;
      now = random.nextLong();
      cache =
          new MvccCache(
              Duration.ofNanos(RETENTION),
              new History(bounded ? 3_000 : Long.MAX_VALUE),
              new LongChains(1 << random.nextInt(4)),
              () -> now);
      cache
          .indexes()
          .define(
              List.of(
                  new IndexDefinition("bytes", KeyRange.prefix("k"), Run::bytesOf, false),
                  new IndexDefinition(
                      "length", KeyRange.prefix("k1"), SecondaryIndexModelTest::length, true)));
    }

    private static Collection<Bytes> bytesOf(Entry entry) {
      return everyByte(entry);
    }

    void run() {
      NavigableMap<Bytes, Bytes> state = randomState();
      if (random.nextBoolean()) {
        cache.beginLoad(); // a load that is begun again
        state.forEach((key, value) -> cache.load(new Change(key, value, 1)));
      }
      cache.load(changes(state, 1), revision, timestamp);
      states.put(timestamp, state);
      for (int i = 0; i < STEPS; i++) {
        step();
        check();
        if (!bounded) { // a version replaced in its own revision may be freed before its successor
          CacheInvariants.check(cache, false, Assertions::fail);
        }
      }
    }

    private static List<Change> changes(Map<Bytes, Bytes> state, long revision) {
      List<Change> changes = new ArrayList<>();
      state.forEach((key, value) -> changes.add(new Change(key, value, revision)));
      return changes;
    }

    private NavigableMap<Bytes, Bytes> randomState() {
      NavigableMap<Bytes, Bytes> state = new TreeMap<>();
      for (int i = 0; i < keys; i++) {
        if (random.nextBoolean()) {
          state.put(key(), value());
        }
      }
      return state;
    }

    private Bytes key() {
      int i = random.nextInt(keys);
      return Bytes.utf8(i % 7 == 6 ? "other" + i : "k" + i);
    }

    private Bytes value() {
      StringBuilder digits = new StringBuilder();
      for (int i = random.nextInt(4); i > 0; i--) {
        digits.append(random.nextInt(5));
      }
      return Bytes.utf8(digits.toString());
    }

    private void step() {
      switch (random.nextInt(10)) {
        case 0 -> now += random.nextInt((int) RETENTION);
        case 1 -> cache.freeHistory();
        case 2 -> {
          if (cache.pin(timestamp)) {
            pins.add(timestamp);
          }
        }
        case 3 -> {
          if (!pins.isEmpty()) {
            cache.unpin(pins.remove(random.nextInt(pins.size())));
          }
        }
        case 4 -> resync();
        default -> apply();
      }
    }

    private void nextRevision() {
      now += random.nextInt(200);
      revision += 1 + random.nextInt(3);
      timestamp += 1 + random.nextInt(20);
    }

    private void apply() {
      nextRevision();
      NavigableMap<Bytes, Bytes> state = new TreeMap<>(states.lastEntry().getValue());
      List<Change> changes = new ArrayList<>();
      for (int i = random.nextInt(keys / 3 + 3); i > 0; i--) {
        Bytes key = key();
        Bytes value = random.nextInt(3) == 0 ? null : value();
        changes.add(new Change(key, value, revision));
        if (value == null) {
          state.remove(key);
        } else {
          state.put(key, value);
        }
      }
      cache.apply(changes, revision, timestamp);
      states.put(timestamp, state);
    }

    private void resync() {
      nextRevision();
      NavigableMap<Bytes, Bytes> loaded = randomState();
      states
          .lastEntry()
          .getValue()
          .forEach(
              (key, value) -> {
                if (random.nextBoolean()) {
                  loaded.put(key, value);
                }
              });
      boolean anotherHistory = random.nextInt(4) == 0;
      StateComparison comparison = new StateComparison(cache);
      changes(loaded, revision).forEach(comparison::add);
      cache.jump(comparison.difference(revision), revision, timestamp, anotherHistory);
      if (anotherHistory) {
        pins.forEach(cache::unpin);
        pins.clear();
      }
      states.put(timestamp, loaded);
    }

    private void check() {
      assertEquals(states.lastEntry().getValue().size(), cache.applied().keys());
      check(timestamp);
      pins.forEach(this::check);
      long past = Math.max(1, timestamp - random.nextInt(100));
      if (past >= cache.horizon()) {
        check(past);
      } else {
        assertThrows(TransactionTooOldException.class, () -> drain("bytes", ALL, past, false));
      }
    }

    private void check(long at) {
      NavigableMap<Bytes, Bytes> state = states.floorEntry(at).getValue();
      for (String index : List.of("bytes", "length")) {
        for (KeyRange range : List.of(ALL, range())) {
          List<Entry> expected = expected(index, state, range);
          assertEquals(expected, drain(index, range, at, false));
          Collections.reverse(expected);
          assertEquals(expected, drain(index, range, at, true));
        }
      }
      List<Entry> scanned = new ArrayList<>();
      cache.scan(ALL, Order.ASCENDING, at).forEachRemaining(scanned::add);
      assertEquals(state.size(), scanned.size(), "the index shows in scans");
    }

    private KeyRange range() {
      Bytes one = Bytes.utf8("" + random.nextInt(5));
      return switch (random.nextInt(3)) {
        case 0 -> KeyRange.single(random.nextBoolean() ? one : Bytes.of((byte) 0, (byte) '3'));
        case 1 -> KeyRange.atLeast(one);
        default -> KeyRange.closedOpen(Bytes.EMPTY, one);
      };
    }

    private static List<Entry> expected(
        String index, NavigableMap<Bytes, Bytes> state, KeyRange range) {
      boolean bytes = index.equals("bytes");
      NavigableMap<Bytes, NavigableMap<Bytes, Entry>> found = new TreeMap<>();
      state.forEach(
          (key, value) -> {
            Entry entry = new Entry(key, value);
            if (!KeyRange.prefix(bytes ? "k" : "k1").contains(key)) {
              return;
            }
            try {
              for (Bytes indexKey : bytes ? everyByte(entry) : length(entry)) {
                if (range.contains(indexKey)) {
                  found.computeIfAbsent(indexKey, none -> new TreeMap<>()).put(key, entry);
                }
              }
            } catch (IllegalStateException failed) {
              assertTrue(Objects.requireNonNull(failed.getMessage()).contains("four"));
              found.values().forEach(entries -> entries.remove(key));
            }
          });
      List<Entry> expected = new ArrayList<>();
      found.values().forEach(entries -> expected.addAll(entries.values()));
      return expected;
    }

    private List<Entry> drain(String index, KeyRange range, long at, boolean descending) {
      Iterator<Entry> scan =
          new IndexScan(
              cache,
              cache.indexes().get(index),
              range,
              descending ? Order.DESCENDING : Order.ASCENDING,
              at);
      List<Entry> entries = new ArrayList<>();
      scan.forEachRemaining(entries::add);
      return entries;
    }
  }
}
