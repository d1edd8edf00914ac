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

/** A storage and maps of the JDK with equal entries, but distinct key and value objects. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class FilledStorage {
  static final String NAMESPACE = "bench/";
  private static final int PUTS_PER_BATCH = 100;

  @Param("100000")
  int keys;

  final ConcurrentHashMap<Bytes, Bytes> map = new ConcurrentHashMap<>();
  final ConcurrentSkipListMap<Bytes, Bytes> skipList = new ConcurrentSkipListMap<>();
  Bytes[] lookups = {};
  Bytes[] secondLookups = {};
  KvStore store;
  DistributedStorage storage;

  /** Fills the storage and the hash map. */
  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < keys; i++) {
      map.put(SampleData.key(i), SampleData.value(i));
    }
    store = EmbeddedKvStore.inMemory();
    for (int from = 0; from < keys; from += PUTS_PER_BATCH) {
      put(from, Math.min(keys, from + PUTS_PER_BATCH));
    }
    // Opened on a filled store, so that the cache is built by the initial load.
    storage =
        DistributedStorage.builder(store)
            .namespace(NAMESPACE)
            .historyRetention(Duration.ofSeconds(1))
            .maxDecodedBytes(1L << 30)
            .open();
    lookups = SampleData.lookups(keys, 42);
    secondLookups = SampleData.lookups(keys, 43);
    System.gc(); // moves both sides to the old generation
  }

  private void put(int from, int to) {
    List<Operation> puts = new ArrayList<>();
    for (int i = from; i < to; i++) {
      puts.add(
          new Operation.Put(Bytes.utf8(NAMESPACE).concat(SampleData.key(i)), SampleData.value(i)));
    }
    if (!store.commit(new Batch(List.of(), puts, List.of())).join().applied()) {
      throw new IllegalStateException("an unguarded batch was not applied");
    }
  }

  /**
   * Reads the next keys from the map.
   *
   * @return the number of keys found
   */
  int get(Bytes[] wanted, Cursor cursor, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += map.get(cursor.next(wanted)) == null ? 0 : 1;
    }
    return found;
  }

  /**
   * Reads the next keys from the storage.
   *
   * @return the number of keys found
   */
  int read(Bytes[] wanted, Cursor cursor, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += storage.read(cursor.next(wanted)) == null ? 0 : 1;
    }
    return found;
  }

  /** Fills the skip list, which only scans need. */
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
