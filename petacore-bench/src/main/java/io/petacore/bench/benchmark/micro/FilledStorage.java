package io.petacore.bench.benchmark.micro;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.store.Batch;
import io.petacore.store.KvStore;
import io.petacore.store.Operation;
import io.petacore.store.embedded.EmbeddedKvStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A storage, and beside it the JDK's maps, each with objects of its own for equal entries. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class FilledStorage {
  private static final String NAMESPACE = "bench/";
  private static final int PUTS_IN_A_BATCH = 100;

  @Param("100000")
  int keys;

  final ConcurrentHashMap<Bytes, Bytes> map = new ConcurrentHashMap<>();
  final ConcurrentSkipListMap<Bytes, Bytes> skipList = new ConcurrentSkipListMap<>();
  Bytes[] asked = {};
  Bytes[] askedBySecond = {};
  KvStore store;
  DistributedStorage storage;

  /** Fills all of them. */
  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < keys; i++) {
      map.put(SampleData.key(i), SampleData.value(i));
    }
    store = EmbeddedKvStore.inMemory();
    for (int from = 0; from < keys; from += PUTS_IN_A_BATCH) {
      put(from, Math.min(keys, from + PUTS_IN_A_BATCH));
    }
    // The way of every initial load: out of the store, in pages.
    storage =
        DistributedStorage.builder(store)
            .namespace(NAMESPACE)
            .historyRetention(Duration.ofSeconds(1))
            .open();
    asked = SampleData.asked(keys, 42);
    askedBySecond = SampleData.asked(keys, 43);
    System.gc(); // both sides as they lie in memory in the long run
  }

  private void put(int from, int to) {
    List<Operation> puts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      puts.add(
          new Operation.Put(Bytes.utf8(NAMESPACE).concat(SampleData.key(i)), SampleData.value(i)));
    }
    if (!store.commit(new Batch(List.of(), puts, List.of())).join().applied()) {
      throw new IllegalStateException("the embedded store refused an unguarded batch");
    }
  }

  /** Asks the map for the next keys of some; returns how many it found. */
  int get(Bytes[] wanted, Cursor cursor, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += map.get(cursor.next(wanted)) == null ? 0 : 1;
    }
    return found;
  }

  /** Asks the storage for the next keys of some; returns how many it found. */
  int read(Bytes[] wanted, Cursor cursor, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += storage.read(cursor.next(wanted)) == null ? 0 : 1;
    }
    return found;
  }

  /** Fills what only scans need. */
  void fillSkipList() {
    for (int i = 0; i < keys; i++) {
      skipList.put(SampleData.key(i), SampleData.value(i));
    }
    System.gc();
  }

  /** Closes the storage and its store. */
  @TearDown(Level.Trial)
  public void close() {
    storage.close();
    store.close();
  }
}
