package io.petacore.bench.jmh;

import io.petacore.DistributedStorage;
import io.petacore.bench.load.BulkLoad;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reading one key of many, in random order, beside a {@link ConcurrentHashMap} with the same keys
 * and values: what one storage read, and one snapshot transaction with one read, cost more.
 *
 * <p>The keys that are asked for are equal to those that are stored, never the same objects; their
 * hashes are computed before, as an application does that prepares its keys once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class PointReadBenchmark {
  private static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);

  @Param("100000")
  int keys;

  private final ConcurrentHashMap<Bytes, Bytes> map = new ConcurrentHashMap<>();
  private Bytes[] asked = {};
  private @Nullable KvStore store;
  private DistributedStorage storage;

  /** Where a thread stands in the keys; each begins somewhere else. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at;

    /** Chooses where to begin. */
    @Setup
    public void begin() {
      at = new Random(Thread.currentThread().getId()).nextInt(1 << 20);
    }

    private Bytes next(Bytes[] keys) {
      at = at + 1 < keys.length ? at + 1 : 0;
      return keys[at];
    }
  }

  /** Fills the map and the storage. */
  @Setup(Level.Trial)
  public void fill() throws InterruptedException {
    List<Entry> entries = new ArrayList<>(keys);
    for (int i = 0; i < keys; i++) {
      entries.add(new Entry(Bytes.utf8(keyText(i)), Bytes.utf8(valueText(i))));
    }
    for (Entry entry : entries) {
      map.put(entry.key(), entry.value());
    }
    store = EmbeddedKvStore.inMemory();
    storage = DistributedStorage.open(store);
    new BulkLoad(entries).run(List.of(storage));
    asked = askedKeys();
  }

  private Bytes[] askedKeys() {
    List<Bytes> prepared = new ArrayList<>(keys);
    for (int i = 0; i < keys; i++) {
      Bytes key = Bytes.utf8(keyText(i));
      // Computes the hash and keeps it in the key.
      if (key.hashCode() == 0) {
        continue;
      }
      prepared.add(key);
    }
    Collections.shuffle(prepared, new Random(42));
    return prepared.toArray(Bytes[]::new);
  }

  private static String keyText(int i) {
    return String.format(Locale.ROOT, "catalogue/item-%06d", i);
  }

  private static String valueText(int i) {
    return String.format(Locale.ROOT, "%-64d", i);
  }

  /** Closes the storage and its store. */
  @TearDown(Level.Trial)
  public void close() {
    storage.close();
    if (store != null) {
      store.close();
    }
  }

  /** The reference. */
  @Benchmark
  public @Nullable Bytes concurrentHashMapGet(Cursor cursor) {
    return map.get(cursor.next(asked));
  }

  /** One read of the storage. */
  @Benchmark
  public @Nullable Bytes storageRead(Cursor cursor) {
    return storage.read(cursor.next(asked));
  }

  /** A whole transaction that reads one key. */
  @Benchmark
  public @Nullable Bytes snapshotTransactionOneRead(Cursor cursor) {
    Bytes key = cursor.next(asked);
    return storage.callTransaction(SNAPSHOT, tx -> tx.read(key));
  }
}
