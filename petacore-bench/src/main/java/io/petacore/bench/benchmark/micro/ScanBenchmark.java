package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.transaction.Snapshot;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
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
 * Scans 100 keys from a random one on, alternating with the same range of a {@link
 * ConcurrentSkipListMap}. Both read keys and values.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class ScanBenchmark {
  private static final int LENGTH = 100;
  private static final int RANGES = 1_000;
  private static final int SLICE = 499; // coprime to RANGES, so that each side scans all ranges

  private final KeyRange[] ranges = new KeyRange[RANGES];
  private Snapshot snapshot;
  private int at;

  /** Chooses the ranges. */
  @Setup(Level.Trial)
  public void choose(FilledStorage filled) {
    filled.fillSkipList();
    Random random = new Random(3);
    for (int i = 0; i < RANGES; i++) {
      int from = random.nextInt(filled.keys - LENGTH);
      ranges[i] = KeyRange.closedOpen(SampleData.key(from), SampleData.key(from + LENGTH));
    }
    snapshot = filled.storage.snapshot();
  }

  /** Closes the snapshot. */
  @TearDown(Level.Trial)
  public void release() {
    snapshot.close();
  }

  private KeyRange next() {
    at = at + 1 < RANGES ? at + 1 : 0;
    return ranges[at];
  }

  /** Scans a snapshot and the skip list. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void scan(FilledStorage filled, PairedTimes times, Blackhole hole) {
    times.reference(() -> skipList(filled, hole));
    times.own(SLICE, () -> snapshot(hole));
  }

  private void skipList(FilledStorage filled, Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      KeyRange range = next();
      Bytes to = Objects.requireNonNull(range.to());
      for (Map.Entry<Bytes, Bytes> entry : filled.skipList.subMap(range.from(), to).entrySet()) {
        hole.consume(entry.getKey());
        hole.consume(entry.getValue());
      }
    }
  }

  private void snapshot(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      for (Entry entry : snapshot.scan(next())) {
        hole.consume(entry.key());
        hole.consume(entry.value());
      }
    }
  }
}
