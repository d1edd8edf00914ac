package io.petacore.bench.jmh;

import io.petacore.data.Bytes;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Reading one key of many, in random order, beside a {@link ConcurrentHashMap} with the same keys
 * and values: what one storage read, and snapshot transactions that read, cost more.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PointReadBenchmark {
  private static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);
  private static final int TEN = 10;

  /** The reference. */
  @Benchmark
  public @Nullable Bytes concurrentHashMapGet(FilledStorage filled, Cursor cursor) {
    return filled.map.get(cursor.next(filled.asked));
  }

  /** One read of the storage. */
  @Benchmark
  public @Nullable Bytes storageRead(FilledStorage filled, Cursor cursor) {
    return filled.storage.read(cursor.next(filled.asked));
  }

  /** The same by two threads: the time of each. */
  @Benchmark
  @Threads(2)
  public @Nullable Bytes storageReadByTwo(FilledStorage filled, Cursor cursor) {
    return filled.storage.read(cursor.next(filled.asked));
  }

  /** The reference by two threads: what the machine itself loses. */
  @Benchmark
  @Threads(2)
  public @Nullable Bytes concurrentHashMapGetByTwo(FilledStorage filled, Cursor cursor) {
    return filled.map.get(cursor.next(filled.asked));
  }

  /** A whole transaction that reads one key. */
  @Benchmark
  public @Nullable Bytes snapshotTransactionOneRead(FilledStorage filled, Cursor cursor) {
    Bytes key = cursor.next(filled.asked);
    return filled.storage.callTransaction(SNAPSHOT, tx -> tx.read(key));
  }

  /** The reference for ten reads. */
  @Benchmark
  public void tenGets(FilledStorage filled, Cursor cursor, Blackhole hole) {
    for (int i = 0; i < TEN; i++) {
      hole.consume(filled.map.get(cursor.next(filled.asked)));
    }
  }

  /** A whole transaction that reads ten keys. */
  @Benchmark
  public void snapshotTransactionTenReads(FilledStorage filled, Cursor cursor, Blackhole hole) {
    filled.storage.runTransaction(
        SNAPSHOT,
        tx -> {
          for (int i = 0; i < TEN; i++) {
            hole.consume(tx.read(cursor.next(filled.asked)));
          }
        });
  }
}
