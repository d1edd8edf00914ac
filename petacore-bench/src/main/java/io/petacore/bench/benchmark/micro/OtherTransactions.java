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
 * Runs other kinds of transactions before the measured one, as in an application with several
 * kinds.
 *
 * <p>They decide what the JIT compiler inlines: it inlines the bodies of transactions only while a
 * call site has seen one or two kinds, and the commit only where writes are frequent.
 */
@State(Scope.Benchmark)
public class OtherTransactions {
  private static final int RUNS = 100_000; // enough for the last compiler tier

  /** One in this many rounds also writes; 0 for none. */
  @Param("10")
  int roundsPerWrite;

  /** Runs three kinds that read, since a call site inlines at most two, and one that writes. */
  @Setup(Level.Trial)
  public void run(FilledStorage filled, Blackhole hole) {
    DistributedStorage storage = filled.storage;
    Bytes present = SampleData.key(0);
    Bytes absent = SampleData.key(filled.keys);
    for (int i = 0; i < RUNS; i++) {
      hole.consume(storage.callTransaction(tx -> tx.read(absent) == null));
      hole.consume(storage.callTransaction(tx -> tx.read(present) != null));
      hole.consume(storage.callTransaction(Transaction::isolation));
      if (roundsPerWrite > 0 && i % roundsPerWrite == 0) {
        storage.runTransaction(tx -> tx.write(present, SampleData.fastValue()));
      }
    }
  }
}
