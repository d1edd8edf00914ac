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

/** Reading a key that has many versions, all of them kept by a snapshot of the oldest. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class VersionsBenchmark {
  private static final int TURN = 10_000;

  private static final int SNAPSHOTS = 1 << 12;

  @Param({"4", "1000", "100000"})
  int versions;

  private final Bytes often = SampleData.key(1);
  private final Bytes once = SampleData.key(2);
  private KvStore store;
  private DistributedStorage storage;
  private Snapshot oldest;
  private Snapshot newest;
  private final Snapshot[] anywhere = new Snapshot[SNAPSHOTS];
  private int next;

  /** Writes the versions. */
  @Setup(Level.Trial)
  public void write() {
    store = EmbeddedKvStore.inMemory();
    storage = DistributedStorage.open(store);
    storage.runTransaction(
        tx -> tx.write(often, SampleData.value(0)).write(once, SampleData.value(0)));
    oldest = storage.snapshot();
    List<Snapshot> kept = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 1; i < versions; i++) {
      Bytes value = SampleData.value(i);
      storage.runTransaction(tx -> tx.write(often, value));
      if (random.nextInt(versions) < SNAPSHOTS) {
        kept.add(storage.snapshot());
      }
    }
    newest = storage.snapshot();
    for (int i = 0; i < SNAPSHOTS; i++) {
      anywhere[i] = kept.get(random.nextInt(kept.size()));
    }
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

  /** The newest of the versions, beside a key with one. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void newestOfMany(Turns turns, Blackhole hole) {
    turns.reference(() -> read(newest, once, hole));
    turns.own(TURN, () -> read(newest, often, hole));
  }

  /** The oldest of the versions, beside a key with one. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void oldestOfMany(Turns turns, Blackhole hole) {
    turns.reference(() -> read(newest, once, hole));
    turns.own(TURN, () -> read(oldest, often, hole));
  }

  /** Random versions, beside a key with one. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void randomOfMany(Turns turns, Blackhole hole) {
    turns.reference(() -> read(newest, once, hole));
    turns.own(TURN, () -> readAnywhere(often, hole));
  }

  /** The same random snapshots, of a key with one version: what the snapshots themselves cost. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void randomOfOne(Turns turns, Blackhole hole) {
    turns.reference(() -> read(newest, once, hole));
    turns.own(TURN, () -> readAnywhere(once, hole));
  }

  private void readAnywhere(Bytes key, Blackhole hole) {
    for (int i = 0; i < TURN; i++) {
      hole.consume(anywhere[next++ & (SNAPSHOTS - 1)].read(key));
    }
  }

  private static void read(Snapshot snapshot, Bytes key, Blackhole hole) {
    for (int i = 0; i < TURN; i++) {
      hole.consume(snapshot.read(key));
    }
  }
}
