package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Reads single keys in random order, alternating with a {@link ConcurrentHashMap} of the same keys
 * and values: the overhead of a storage read and of snapshot transactions that read.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PointReadBenchmark {
  private static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);
  private static final int TEN = 10;
  // The number of keys is not a multiple of this: otherwise each side would read its own keys.
  private static final int SLICE = 10_010;
  private static final int LONG_SLICE = 510_007; // makes the wake-up of a thread negligible

  /** Reads with one thread. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void read(FilledStorage filled, Cursor cursor, PairedTimes times, Blackhole hole) {
    times.reference(() -> hole.consume(filled.get(filled.lookups, cursor, SLICE)));
    times.own(SLICE, () -> hole.consume(filled.read(filled.lookups, cursor, SLICE)));
  }

  /** Reads the storage with one thread and with two; the score is the time per thread. */
  @Benchmark
  @OperationsPerInvocation(LONG_SLICE)
  public void readByTwo(
      FilledStorage filled, Cursor cursor, PairedTimes times, SecondThread second, Blackhole hole) {
    byTwo(filled, cursor, times, second, hole, (keys, at) -> filled.read(keys, at, LONG_SLICE));
  }

  /** Reads the map with one thread and with two: the baseline of the machine. */
  @Benchmark
  @OperationsPerInvocation(LONG_SLICE)
  public void getByTwo(
      FilledStorage filled, Cursor cursor, PairedTimes times, SecondThread second, Blackhole hole) {
    byTwo(filled, cursor, times, second, hole, (keys, at) -> filled.get(keys, at, LONG_SLICE));
  }

  /** Reads the next keys. */
  @FunctionalInterface
  private interface Work {
    int of(Bytes[] lookups, Cursor cursor);
  }

  private static void byTwo(
      FilledStorage filled,
      Cursor cursor,
      PairedTimes times,
      SecondThread second,
      Blackhole hole,
      Work work) {
    times.reference(() -> hole.consume(work.of(filled.lookups, cursor)));
    times.own(
        LONG_SLICE,
        () ->
            second.runBoth(
                () -> hole.consume(work.of(filled.lookups, cursor)),
                () -> second.found = work.of(filled.secondLookups, second.cursor)));
  }

  /** A transaction that reads one key, in a process that has run other transactions. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void transaction(
      FilledStorage filled,
      OtherTransactions others,
      Cursor cursor,
      PairedTimes times,
      Blackhole hole) {
    onlyTransaction(filled, cursor, times, hole);
  }

  /** A transaction that reads one key, in a process without other transactions. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void onlyTransaction(
      FilledStorage filled, Cursor cursor, PairedTimes times, Blackhole hole) {
    times.reference(() -> hole.consume(filled.get(filled.lookups, cursor, SLICE)));
    times.own(SLICE, () -> hole.consume(transactions(filled, cursor)));
  }

  /** A transaction that reads ten keys, in a process that has run other transactions. */
  @Benchmark
  @OperationsPerInvocation(SLICE / TEN)
  public void tenReads(
      FilledStorage filled,
      OtherTransactions others,
      Cursor cursor,
      PairedTimes times,
      Blackhole hole) {
    times.reference(() -> hole.consume(filled.get(filled.lookups, cursor, SLICE)));
    times.own(SLICE / TEN, () -> hole.consume(transactionsOfTen(filled, cursor)));
  }

  private static int transactions(FilledStorage filled, Cursor cursor) {
    int found = 0;
    for (int i = 0; i < SLICE; i++) {
      var key = cursor.next(filled.lookups);
      found += filled.storage.callTransaction(SNAPSHOT, tx -> tx.read(key)) == null ? 0 : 1;
    }
    return found;
  }

  private static int transactionsOfTen(FilledStorage filled, Cursor cursor) {
    int found = 0;
    for (int i = 0; i < SLICE / TEN; i++) {
      found +=
          filled.storage.callTransaction(
              SNAPSHOT,
              tx -> {
                int here = 0;
                for (int read = 0; read < TEN; read++) {
                  here += tx.read(cursor.next(filled.lookups)) == null ? 0 : 1;
                }
                return here;
              });
    }
    return found;
  }
}
