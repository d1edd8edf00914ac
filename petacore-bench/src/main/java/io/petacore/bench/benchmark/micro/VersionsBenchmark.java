package io.petacore.bench.benchmark.micro;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.Snapshot;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/** Reads a key with many versions, all of which are pinned by a snapshot at the oldest. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class VersionsBenchmark {
  private static final int SLICE = 10_000;

  @Param("1000")
  int versions;

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
    for (int i = 1; i < versions; i++) {
      Bytes value = SampleData.value(i);
      storage.runTransaction(tx -> tx.write(often, value));
    }
    newest = storage.snapshot();
  }

  /** Closes the storage and its store. */
  @TearDown(Level.Trial)
  public void close() {
    oldest.close();
    newest.close();
    storage.close();
    store.close();
  }

  /** Reads the newest version; the reference is a key with one version. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void newestOfMany(PairedTimes times, Blackhole hole) {
    times.reference(() -> read(newest, once, hole));
    times.own(SLICE, () -> read(newest, often, hole));
  }

  /** Reads the oldest version; the reference is a key with one version. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void oldestOfMany(PairedTimes times, Blackhole hole) {
    times.reference(() -> read(newest, once, hole));
    times.own(SLICE, () -> read(oldest, often, hole));
  }

  private static void read(Snapshot snapshot, Bytes key, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(snapshot.read(key));
    }
  }
}
