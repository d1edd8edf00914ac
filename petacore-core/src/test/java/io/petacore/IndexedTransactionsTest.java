package io.petacore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Seeds;
import io.petacore.transaction.ExplicitTransaction;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Index lookups of every kind of view against a model. */
class IndexedTransactionsTest {

  private static final int PROGRAMS = 60;
  private static final int STEPS = 60;
  private static final KeyRange ALL = KeyRange.prefix("");

  /** Each distinct character of the value. */
  private static Collection<Bytes> characters(Entry entry) {
    Set<Bytes> keys = new HashSet<>();
    for (char c : entry.value().toUtf8().toCharArray()) {
      if (c == 'x') {
        throw new IllegalArgumentException("an x");
      }
      keys.add(Bytes.utf8("" + c));
    }
    return keys;
  }

  private static StorageBuilder builder(EmbeddedKvStore store) {
    return DistributedStorage.builder(store)
        .index("characters", KeyRange.prefix("k"), IndexedTransactionsTest::characters);
  }

  @Test
  void lookupsAreThoseOfTheModelWithOwnWritesOnTop() {
    Seeds.fresh(PROGRAMS)
        .forEach(
            seed -> {
              try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
                  DistributedStorage storage = builder(store).open()) {
                new Program(storage, new Random(seed)).run();
              } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError(Seeds.replay(seed), failure);
              }
            });
  }

  private static final class Program {
    private final DistributedStorage storage;
    private final Random random;
    private NavigableMap<Bytes, Bytes> state = new TreeMap<>();

    Program(DistributedStorage storage, Random random) {
      this.storage = storage;
      this.random = random;
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        boolean readCommitted = random.nextBoolean();
        TransactionOptions options =
            TransactionOptions.defaults()
                .isolation(readCommitted ? IsolationLevel.READ_COMMITTED : IsolationLevel.SNAPSHOT);
        try (Snapshot before = storage.snapshot();
            ExplicitTransaction tx = storage.begin(options)) {
          NavigableMap<Bytes, Bytes> shown = new TreeMap<>(state);
          NavigableMap<Bytes, Bytes> atStart = new TreeMap<>(state);
          for (int j = random.nextInt(8); j > 0; j--) {
            write(tx, shown);
            check(tx, shown);
          }
          check(storage, atStart);
          if (random.nextInt(4) > 0) {
            tx.commit();
            state = shown;
          }
          check(before, atStart);
        }
        check(storage, state);
      }
    }

    private void write(ExplicitTransaction tx, NavigableMap<Bytes, Bytes> shown) {
      Bytes key = Bytes.utf8((random.nextInt(5) == 0 ? "other" : "k") + random.nextInt(6));
      IndexView index = tx.index("characters");
      Iterator<Entry> begun = index.scan(ALL).iterator();
      final List<Entry> expected = expected(shown, ALL);
      if (random.nextInt(3) == 0) {
        tx.delete(key);
        shown.remove(key);
      } else {
        Bytes value = value();
        tx.write(key, value);
        shown.put(key, value);
      }
      List<Entry> rest = new ArrayList<>();
      begun.forEachRemaining(rest::add);
      assertEquals(expected, rest, "an iterator sees writes that were made after it");
    }

    private Bytes value() {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(4); i > 0; i--) {
        text.append("abcx".charAt(random.nextInt(random.nextInt(8) == 0 ? 4 : 3)));
      }
      return Bytes.utf8(text.toString());
    }

    private void check(ReadView view, NavigableMap<Bytes, Bytes> shown) {
      IndexView index = view.index("characters");
      for (KeyRange range : List.of(ALL, KeyRange.single("b"), KeyRange.closedOpen("a", "b"))) {
        List<Entry> expected = expected(shown, range);
        assertEquals(expected, list(index.scan(range)));
        assertEquals(expected.size(), index.count(range));
        int limit = random.nextInt(3);
        assertEquals(
            expected.subList(0, Math.min(limit, expected.size())), list(index.scan(range, limit)));
        Collections.reverse(expected);
        assertEquals(expected, list(index.scanDescending(range)));
      }
      List<Entry> found = expected(shown, KeyRange.single("c"));
      assertEquals(found, list(index.lookup("c")));
      assertEquals(found.isEmpty() ? null : found.get(0), index.find(Bytes.utf8("c")));
      assertEquals(shown.size(), view.count(KeyRange.all()));
    }

    private static List<Entry> expected(NavigableMap<Bytes, Bytes> shown, KeyRange range) {
      NavigableMap<Bytes, List<Entry>> found = new TreeMap<>();
      shown.forEach(
          (key, value) -> {
            Entry entry = new Entry(key, value);
            if (key.startsWith(Bytes.utf8("k")) && value.toUtf8().indexOf('x') < 0) {
              for (Bytes indexKey : characters(entry)) {
                if (range.contains(indexKey)) {
                  found.computeIfAbsent(indexKey, none -> new ArrayList<>()).add(entry);
                }
              }
            }
          });
      List<Entry> expected = new ArrayList<>();
      found.values().forEach(expected::addAll);
      return expected;
    }
  }

  private static List<Entry> list(Iterable<Entry> entries) {
    List<Entry> list = new ArrayList<>();
    entries.forEach(list::add);
    return list;
  }

  @Test
  void anUnknownNameIsRefusedWithTheNamesThereAre() {
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage =
            builder(store).index("b", KeyRange.all(), e -> List.of()).open()) {
      var refused = assertThrows(IllegalArgumentException.class, () -> storage.index("other"));
      assertTrue(String.valueOf(refused.getMessage()).endsWith("characters, b"), refused::toString);
    }
  }

  @Test
  void aNameIsCheckedAndUsedOnce() {
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory()) {
      StorageBuilder builder = builder(store);
      for (String name : List.of("", "a/b", "é", "a".repeat(65), "characters")) {
        assertThrows(
            IllegalArgumentException.class,
            () -> builder.index(name, KeyRange.all(), entry -> List.of()),
            name);
      }
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what a function in another language may return
  void whatAFunctionMustNotReturnLeavesTheEntryOut() {
    Bytes tooLong = Bytes.of(new byte[4097]);
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage =
            DistributedStorage.builder(store)
                .index(
                    "i",
                    KeyRange.all(),
                    entry ->
                        switch (entry.value().toUtf8()) {
                          case "null" -> null;
                          case "element" -> Collections.singletonList(null);
                          case "long" -> List.of(tooLong);
                          case "deep" -> throw new StackOverflowError();
                          default -> List.of(entry.value(), entry.value());
                        })
                .open()) {
      for (String value : List.of("null", "element", "long", "deep", "good")) {
        storage.runTransaction(tx -> tx.write("key of " + value, value));
        storage.runTransaction(tx -> tx.write("key", value));
      }
      assertEquals(
          List.of("key", "key of good"),
          list(storage.index("i").scan(ALL)).stream().map(e -> e.key().toUtf8()).toList());
      assertEquals(8, storage.status().counters().indexFunctionFailures());
      storage.runTransaction(tx -> tx.write("key", "null"));
      assertEquals(1, storage.index("i").count(ALL), "the old entry stays");
      assertNull(storage.index("i").find(Bytes.utf8("other")));
    }
  }

  @Test
  void aViewThatHasEndedShowsNoIndex() {
    try (EmbeddedKvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = builder(store).open()) {
      ExplicitTransaction tx = storage.begin();
      IndexView index = tx.index("characters");
      Iterable<Entry> scan = index.scan(ALL);
      tx.close();
      assertThrows(IllegalStateException.class, () -> tx.index("characters"));
      assertThrows(IllegalStateException.class, scan::iterator);
      assertThrows(IllegalStateException.class, () -> index.count(ALL));
    }
  }
}
