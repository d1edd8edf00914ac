package io.petacore.bench.jmh;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.Snapshot;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading a key that has many versions, all of them kept by a snapshot of the oldest. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class VersionsBenchmark {
  private static final int VERSIONS = 1_000;

  private final Bytes often = SampleData.key(1);
  private final Bytes once = SampleData.key(2);
  private KvStore store;
  private DistributedStorage storage;
  private Snapshot oldest;
  private Snapshot newest;

  /** Writes the versions. */
  @Setup(Level.Trial)
  public void write() {
    store = EmbeddedKvStore.inMemory();
    storage = DistributedStorage.open(store);
    storage.runTransaction(
        tx -> tx.write(often, SampleData.value(0)).write(once, SampleData.value(0)));
    oldest = storage.snapshot();
    for (int i = 1; i < VERSIONS; i++) {
      Bytes value = SampleData.value(i);
      storage.runTransaction(tx -> tx.write(often, value));
    }
    newest = storage.snapshot();
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    oldest.close();
    newest.close();
    storage.close();
    store.close();
  }

  /** The reference: a key with one version. */
  @Benchmark
  public @Nullable Bytes oneVersion() {
    return newest.read(once);
  }

  /** The newest of the versions. */
  @Benchmark
  public @Nullable Bytes newestOfMany() {
    return newest.read(often);
  }

  /** The oldest of the versions. */
  @Benchmark
  public @Nullable Bytes oldestOfMany() {
    return oldest.read(often);
  }
}
