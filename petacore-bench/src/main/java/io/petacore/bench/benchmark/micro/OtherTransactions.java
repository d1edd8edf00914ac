package io.petacore.bench.benchmark.micro;

import io.petacore.DistributedStorage;
import io.petacore.data.Bytes;
import io.petacore.transaction.Transaction;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Transactions of other kinds than the one that is measured, which run before it, as in an
 * application that has more than one.
 *
 * <p>They matter, since they decide how large the code is that runs all transactions, and so
 * whether the compiler puts it into its callers. The bodies become part of it while a process has
 * run one or two kinds only; the commit does where writes are frequent.
 */
@State(Scope.Benchmark)
public class OtherTransactions {
  private static final int RUNS = 100_000; // enough for every compiler

  /** At every how many rounds of the kinds that read there is one that writes; 0 for never. */
  @Param("10")
  int roundsForAWrite;

  /**
   * Runs three kinds that read, as a place in the code remembers two at most, and one that writes.
   */
  @Setup(Level.Trial)
  public void run(FilledStorage filled, Blackhole hole) {
    DistributedStorage storage = filled.storage;
    Bytes present = SampleData.key(0);
    Bytes absent = SampleData.key(filled.keys);
    for (int i = 0; i < RUNS; i++) {
      hole.consume(storage.callTransaction(tx -> tx.read(absent) == null));
      hole.consume(storage.callTransaction(tx -> tx.read(present) != null));
      hole.consume(storage.callTransaction(Transaction::isolation));
      if (roundsForAWrite > 0 && i % roundsForAWrite == 0) {
        storage.runTransaction(tx -> tx.write(present, SampleData.valueInHaste()));
      }
    }
  }
}
