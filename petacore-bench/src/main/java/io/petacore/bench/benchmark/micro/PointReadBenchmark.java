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
 * Reading one key of many, in random order, in turns with a {@link ConcurrentHashMap} with the same
 * keys and values: what one storage read, and snapshot transactions that read, cost more.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PointReadBenchmark {
  private static final TransactionOptions SNAPSHOT =
      TransactionOptions.defaults().isolation(IsolationLevel.SNAPSHOT);
  private static final int TEN = 10;
  // Of no length that makes the keys a number of turns: else each side would have its own keys.
  private static final int TURN = 10_010;
  private static final int LONG_TURN = 510_007; // beside which it is little to wake a thread up

  /** One read of the storage. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void read(FilledStorage filled, Cursor cursor, Turns turns, Blackhole hole) {
    turns.reference(() -> hole.consume(filled.get(filled.asked, cursor, TURN)));
    turns.own(TURN, () -> hole.consume(filled.read(filled.asked, cursor, TURN)));
  }

  /** The same by one thread, and by two: the time of each. */
  @Benchmark
  @OperationsPerInvocation(LONG_TURN)
  public void readByTwo(
      FilledStorage filled, Cursor cursor, Turns turns, SecondThread second, Blackhole hole) {
    byTwo(filled, cursor, turns, second, hole, (keys, at) -> filled.read(keys, at, LONG_TURN));
  }

  /** The map's by one thread, and by two: what the machine itself loses. */
  @Benchmark
  @OperationsPerInvocation(LONG_TURN)
  public void getByTwo(
      FilledStorage filled, Cursor cursor, Turns turns, SecondThread second, Blackhole hole) {
    byTwo(filled, cursor, turns, second, hole, (keys, at) -> filled.get(keys, at, LONG_TURN));
  }

  /** Asks for the next keys of some; returns how many were found. */
  @FunctionalInterface
  private interface Work {
    int of(Bytes[] asked, Cursor cursor);
  }

  private static void byTwo(
      FilledStorage filled,
      Cursor cursor,
      Turns turns,
      SecondThread second,
      Blackhole hole,
      Work work) {
    turns.reference(() -> hole.consume(work.of(filled.asked, cursor)));
    turns.own(
        LONG_TURN,
        () ->
            second.together(
                () -> hole.consume(work.of(filled.asked, cursor)),
                () -> second.found = work.of(filled.askedBySecond, second.cursor)));
  }

  /** A whole transaction that reads one key, in a process that runs others, too. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void transaction(
      FilledStorage filled, OtherTransactions others, Cursor cursor, Turns turns, Blackhole hole) {
    onlyTransaction(filled, cursor, turns, hole);
  }

  /** The same in a process that runs no others. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void onlyTransaction(FilledStorage filled, Cursor cursor, Turns turns, Blackhole hole) {
    turns.reference(() -> hole.consume(filled.get(filled.asked, cursor, TURN)));
    turns.own(TURN, () -> hole.consume(transactions(filled, cursor)));
  }

  /** A whole transaction that reads ten keys, beside ten gets, in a process that runs others. */
  @Benchmark
  @OperationsPerInvocation(TURN / TEN)
  public void tenReads(
      FilledStorage filled, OtherTransactions others, Cursor cursor, Turns turns, Blackhole hole) {
    turns.reference(() -> hole.consume(filled.get(filled.asked, cursor, TURN)));
    turns.own(TURN / TEN, () -> hole.consume(transactionsOfTen(filled, cursor)));
  }

  private static int transactions(FilledStorage filled, Cursor cursor) {
    int found = 0;
    for (int i = 0; i < TURN; i++) {
      var key = cursor.next(filled.asked);
      found += filled.storage.callTransaction(SNAPSHOT, tx -> tx.read(key)) == null ? 0 : 1;
    }
    return found;
  }

  private static int transactionsOfTen(FilledStorage filled, Cursor cursor) {
    int found = 0;
    for (int i = 0; i < TURN / TEN; i++) {
      found +=
          filled.storage.callTransaction(
              SNAPSHOT,
              tx -> {
                int here = 0;
                for (int read = 0; read < TEN; read++) {
                  here += tx.read(cursor.next(filled.asked)) == null ? 0 : 1;
                }
                return here;
              });
    }
    return found;
  }
}
