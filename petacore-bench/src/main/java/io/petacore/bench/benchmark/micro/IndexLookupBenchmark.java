package io.petacore.bench.benchmark.micro;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.store.KvStore;
import io.petacore.transaction.IndexView;
import io.petacore.transaction.Snapshot;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Looks up random keys of an index, each of 100 entries that lie far apart, alternating with scans
 * of 100 adjacent keys. Both read keys and values.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class IndexLookupBenchmark {
  private static final int LENGTH = 100;
  private static final int RANGES = 1_000;
  private static final int SLICE = 499; // coprime to RANGES, so that each side reads all ranges

  private final KeyRange[] ranges = new KeyRange[RANGES];
  private final Bytes[] indexKeys = new Bytes[RANGES];
  private DistributedStorage storage;
  private Snapshot snapshot;
  private IndexView index;
  private int at;

  /** Opens a storage with an index on the filled store, and chooses the ranges. */
  @Setup(Level.Trial)
  public void choose(FilledStorage filled) {
    KvStore store = filled.store;
    int groups = filled.keys / LENGTH;
    storage =
        DistributedStorage.builder(store)
            .namespace(FilledStorage.NAMESPACE)
            .index(
                "group",
                KeyRange.all(),
                entry -> List.of(Bytes.utf8("" + numberOf(entry) % groups)))
            .open();
    Random random = new Random(3);
    for (int i = 0; i < RANGES; i++) {
      int from = random.nextInt(filled.keys - LENGTH);
      ranges[i] = KeyRange.closedOpen(SampleData.key(from), SampleData.key(from + LENGTH));
      indexKeys[i] = Bytes.utf8("" + random.nextInt(groups));
    }
    snapshot = storage.snapshot();
    index = snapshot.index("group");
    System.gc(); // moves keys and index entries to the old generation
  }

  private static int numberOf(Entry entry) {
    return Integer.parseInt(entry.value().toUtf8().trim());
  }

  /** Closes the snapshot and the storage. */
  @TearDown(Level.Trial)
  public void release() {
    snapshot.close();
    storage.close();
  }

  private int next() {
    at = at + 1 < RANGES ? at + 1 : 0;
    return at;
  }

  /** Looks up index keys, and scans as many entries. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void lookup(PairedTimes times, Blackhole hole) {
    times.reference(() -> scan(hole));
    times.own(SLICE, () -> lookUp(hole));
  }

  private void scan(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      for (Entry entry : snapshot.scan(ranges[next()])) {
        hole.consume(entry.key());
        hole.consume(entry.value());
      }
    }
  }

  private void lookUp(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      for (Entry entry : index.lookup(indexKeys[next()])) {
        hole.consume(entry.key());
        hole.consume(entry.value());
      }
    }
  }
}
