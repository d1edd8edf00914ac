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

  private static final int SNAPSHOTS = 4096;
  private static final int KEYS_IN_A_TRANSACTION = 50;

  @Param({"4", "1000", "100000"})
  int versions;

  private final Bytes often = Bytes.utf8("often");
  private final Bytes once = Bytes.utf8("once");
  private KvStore store;
  private DistributedStorage storage;
  private Snapshot oldest;
  private Snapshot newest;
  private final Snapshot[] anywhere = new Snapshot[SNAPSHOTS];
  private Bytes[] keys = {};
  private int next;

  /** Writes the versions. */
  @Setup(Level.Trial)
  public void write() {
    store = EmbeddedKvStore.inMemory();
    storage = DistributedStorage.open(store);
    storage.runTransaction(
        tx -> tx.write(often, SampleData.value(0)).write(once, SampleData.value(0)));
    keys = SampleData.lookups(versions, 11);
    for (int from = 0; from < keys.length; from += KEYS_IN_A_TRANSACTION) {
      writeKeys(from, Math.min(keys.length, from + KEYS_IN_A_TRANSACTION));
    }
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
      anywhere[i] = taken.get(random.nextInt(taken.size()));
    }
  }

  private void writeKeys(int from, int to) {
    storage.runTransaction(
        tx -> {
          for (int i = from; i < to; i++) {
            tx.write(Bytes.of(keys[i].toByteArray()), SampleData.value(i));
          }
        });
  }

  /** Closes everything. */
  @TearDown(Level.Trial)
  public void close() {
    oldest.close();
    newest.close();
    for (Snapshot snapshot : anywhere) {
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
    times.own(SLICE, () -> readAnywhere(often, hole));
  }

  /** Random versions, beside the newest versions of as many random keys. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void randomOfManyBesideKeys(PairedTimes times, Blackhole hole) {
    times.reference(() -> readKeys(hole));
    times.own(SLICE, () -> readAnywhere(often, hole));
  }

  private void readKeys(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(newest.read(keys[next++ % keys.length]));
    }
  }

  private void readAnywhere(Bytes key, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(anywhere[next++ % SNAPSHOTS].read(key));
    }
  }

  private static void read(Snapshot snapshot, Bytes key, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      hole.consume(snapshot.read(key));
    }
  }
}
