package io.petacore.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.testing.Seeds;
import io.petacore.transaction.ReadView;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A keyspace as a map answers every question as a {@link TreeMap} with the same entries. */
class KeyspaceMapTest {

  private static final int PROGRAMS = 60;
  private static final int STEPS = 150;
  private static final int KEYS = 24;

  private static final Keyspace<Integer, Long> SPACE =
      Keyspace.of("m/", KeyCodec.int32(), Codec.decimal());

  private record Pair(NavigableMap<Integer, Long> own, NavigableMap<Integer, Long> model) {

    Pair map(Function<NavigableMap<Integer, Long>, NavigableMap<Integer, Long>> step) {
      return new Pair(step.apply(own), step.apply(model));
    }
  }

  /** Keys on both sides of zero. */
  private static int key(Random random) {
    return random.nextInt(KEYS + 4) - KEYS / 2 - 2;
  }

  @Test
  void everyAnswerIsThatOfTheModel() {
    Seeds.fresh(PROGRAMS).forEach(KeyspaceMapTest::runProgram);
  }

  private static void runProgram(long seed) {
    Random random = new Random(seed);
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      TreeMap<Integer, Long> model = new TreeMap<>();
      storage.runTransaction(
          tx -> {
            // Neighbours that are no entries of the map.
            tx.write("m", "before").write("m0", "after");
            for (int i = random.nextInt(KEYS); i > 0; i--) {
              int key = random.nextInt(KEYS) - KEYS / 2;
              SPACE.write(tx, key, (long) i);
              model.put(key, (long) i);
            }
          });
      try (Snapshot snapshot = storage.snapshot()) {
        for (ReadView view : List.of(snapshot, storage)) {
          run(random, new Pair(SPACE.asMap(view), model));
        }
      }
      storage.runTransaction(
          tx -> {
            int key = key(random);
            SPACE.write(tx, key, 99L);
            model.put(key, 99L);
            run(random, new Pair(SPACE.asMap(tx), model));
          });
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("program " + seed + Seeds.replay(seed), e);
    }
  }

  private static void run(Random random, Pair whole) {
    Pair pair = whole;
    for (int i = 0; i < STEPS; i++) {
      if (random.nextInt(8) == 0) {
        pair = whole;
      }
      compareAnswers(random, pair);
      pair = part(random, pair);
    }
  }

  private static @Nullable Object answer(
      NavigableMap<Integer, Long> map, Function<NavigableMap<Integer, Long>, Object> question) {
    try {
      return question.apply(map);
    } catch (RuntimeException e) {
      return e.getClass();
    }
  }

  private static void same(
      String what, Pair pair, Function<NavigableMap<Integer, Long>, Object> question) {
    assertEquals(answer(pair.model, question), answer(pair.own, question), what);
  }

  private static final List<BiFunction<NavigableMap<Integer, Long>, Integer, Object>> BY_KEY =
      List.of(
          NavigableMap::lowerEntry,
          NavigableMap::floorEntry,
          NavigableMap::ceilingEntry,
          NavigableMap::higherEntry,
          NavigableMap::lowerKey,
          NavigableMap::floorKey,
          NavigableMap::ceilingKey,
          NavigableMap::higherKey,
          (map, key) -> map.navigableKeySet().lower(key),
          (map, key) -> map.navigableKeySet().floor(key),
          (map, key) -> map.navigableKeySet().ceiling(key),
          (map, key) -> map.navigableKeySet().higher(key),
          (map, key) -> map.keySet().contains(key),
          (map, key) -> map.entrySet().contains(Map.entry(key, 1L)),
          (map, key) -> map.containsKey(key),
          (map, key) -> String.valueOf(map.get(key)));

  private static final List<Function<NavigableMap<Integer, Long>, Object>> WHOLE =
      List.of(
          NavigableMap::firstKey,
          NavigableMap::lastKey,
          map -> String.valueOf(map.firstEntry()),
          map -> String.valueOf(map.lastEntry()),
          Map::size,
          Map::isEmpty,
          map -> new ArrayList<>(map.entrySet()),
          map -> new ArrayList<>(map.values()),
          map -> new ArrayList<>(map.navigableKeySet()),
          map -> new ArrayList<>(map.descendingKeySet()),
          map -> new ArrayList<>(map.descendingMap().entrySet()),
          map -> map.navigableKeySet().isEmpty() ? "empty" : map.navigableKeySet().first(),
          map -> map.navigableKeySet().isEmpty() ? "empty" : map.navigableKeySet().last(),
          map -> List.copyOf(map.navigableKeySet().descendingSet()),
          Map::hashCode,
          Object::toString);

  private static void compareAnswers(Random random, Pair pair) {
    int key = key(random);
    int which = random.nextInt(BY_KEY.size());
    same("question " + which + " of " + key, pair, map -> BY_KEY.get(which).apply(map, key));
    int whole = random.nextInt(WHOLE.size());
    same("question " + whole, pair, WHOLE.get(whole));
    assertEquals(
        Integer.signum(
            pair.model.comparator() == null ? Integer.compare(key, 1) : compare(pair.model, key)),
        Integer.signum(compare(pair.own, key)));
  }

  private static int compare(NavigableMap<Integer, Long> map, int key) {
    var comparator = map.comparator();
    return comparator == null ? Integer.compare(key, 1) : comparator.compare(key, 1);
  }

  private static Pair part(Random random, Pair pair) {
    int a = key(random);
    int b = key(random);
    boolean first = random.nextBoolean();
    boolean second = random.nextBoolean();
    Function<NavigableMap<Integer, Long>, NavigableMap<Integer, Long>> step =
        switch (random.nextInt(8)) {
          case 0 -> map -> map.subMap(a, first, b, second);
          case 1 -> map -> map.headMap(a, first);
          case 2 -> map -> map.tailMap(a, first);
          case 3 -> NavigableMap::descendingMap;
          case 4 -> map -> submap(map.subMap(a, b));
          case 5 -> map -> submap(map.headMap(a));
          case 6 -> map -> submap(map.tailMap(a));
          default -> map -> map;
        };
    Object expected = answer(pair.model, step::apply);
    if (expected instanceof Class<?>) {
      assertEquals(expected, answer(pair.own, step::apply), a + ", " + first + ", " + b);
      return pair;
    }
    NavigableSet<Integer> keys = pair.own.navigableKeySet();
    if (random.nextInt(4) == 0 && answer(pair.own, map -> map.tailMap(a, first)) instanceof Map) {
      assertEquals(
          List.copyOf(pair.model.navigableKeySet().tailSet(a, first)),
          List.copyOf(keys.tailSet(a, first)));
    }
    return pair.map(step);
  }

  private static NavigableMap<Integer, Long> submap(Map<Integer, Long> part) {
    return (NavigableMap<Integer, Long>) part;
  }

  @Test
  void itCannotBeChanged() {
    try (KvStore store = EmbeddedKvStore.inMemory();
        DistributedStorage storage = DistributedStorage.open(store)) {
      storage.runTransaction(tx -> SPACE.write(tx, 1, 1L));
      NavigableMap<Integer, Long> map = SPACE.asMap(storage);
      assertThrows(UnsupportedOperationException.class, () -> map.put(1, 2L));
      assertThrows(UnsupportedOperationException.class, () -> map.remove(1));
      assertThrows(UnsupportedOperationException.class, map::clear);
      assertThrows(UnsupportedOperationException.class, map::pollFirstEntry);
      assertThrows(UnsupportedOperationException.class, map::pollLastEntry);
      assertThrows(UnsupportedOperationException.class, () -> map.navigableKeySet().pollFirst());
      assertThrows(UnsupportedOperationException.class, () -> map.navigableKeySet().pollLast());
      assertThrows(
          UnsupportedOperationException.class, () -> map.entrySet().iterator().next().setValue(3L));
      assertEquals(Bytes.utf8("1"), storage.read(SPACE.key(1)));
    }
  }
}
