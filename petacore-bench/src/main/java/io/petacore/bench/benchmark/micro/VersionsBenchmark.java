package io.petacore.bench.benchmark.micro;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.store.KvStore;
import io.petacore.store.embedded.EmbeddedKvStore;
import io.petacore.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

  private static final int SNAPSHOTS = 1 << 12;

  @Param({"4", "1000", "100000"})
  int versions;

  private final Bytes often = SampleData.key(1);
  private final Bytes once = SampleData.key(2);
  private KvStore store;
  private DistributedStorage storage;
  private Snapshot oldest;
  private Snapshot newest;
  private final Snapshot[] snapshots = new Snapshot[SNAPSHOTS];
  private int next;

  /** Writes the versions. */
  @Setup(Level.Trial)
  public void write() {
    store = EmbeddedKvStore.inMemory();
    storage = DistributedStorage.open(store);
    storage.runTransaction(
        tx -> tx.write(often, SampleData.value(0)).write(once, SampleData.value(0)));
    oldest = storage.snapshot();
    List<Snapshot> taken = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 1; i < versions; i++) {
      Bytes value = SampleData.value(i);
      storage.runTransaction(tx -> tx.write(often, value));
      if (random.nextInt(versions) < SNAPSHOTS) {
        taken.add(storage.snapshot());
      }
    }
    newest = storage.snapshot();
    for (int i = 0; i < SNAPSHOTS; i++) {
      snapshots[i] = taken.get(random.nextInt(taken.size()));
    }
  }

  /** Closes the storage and its store. */
  @TearDown(Level.Trial)
  public void close() {
    oldest.close();
    newest.close();
    for (Snapshot snapshot : snapshots) {
      snapshot.close();
    }
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

  /** Reads random versions; the reference is a key with one version. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void randomOfMany(PairedTimes times, Blackhole hole) {
    times.reference(() -> read(newest, once, hole));
    times.own(SLICE, () -> readInRandomSnapshots(often, hole));
  }

  /**
   * Reads a key with one version in the same random snapshots: the cost of the snapshots
   * themselves.
   */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void randomOfOne(PairedTimes times, Blackhole hole) {
    times.reference(() -> read(newest, once, hole));
    times.own(SLICE, () -> readInRandomSnapshots(once, hole));
  }

  private void readInRandomSnapshots(Bytes key, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(snapshots[next++ & (SNAPSHOTS - 1)].read(key));
    }
  }

  private static void read(Snapshot snapshot, Bytes key, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(snapshot.read(key));
    }
  }
}
