package io.petacore.bench.jmh;

import io.petacore.data.Bytes;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading one key of many while others change: 200 commits a second of 100 keys each. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BusyReadBenchmark {

  /** A storage that somebody commits to at a steady rate, by way of the store like everybody. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls the setup first.
  public static class BusyStorage extends FilledStorage {
    private static final int COMMITS_A_SECOND = 200;
    private static final int WRITES = 100;
    private static final TransactionOptions BLIND =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final Random random = new Random(7);
    private Future<?> ticking;

    /** Begins to write, once it is filled. */
    @Override
    @Setup(Level.Trial)
    public void fill() {
      super.fill();
      long period = TimeUnit.SECONDS.toNanos(1) / COMMITS_A_SECOND;
      ticking = ticker.scheduleAtFixedRate(this::commit, 0, period, TimeUnit.NANOSECONDS);
    }

    private void commit() {
      storage.runTransaction(
          BLIND,
          tx -> {
            for (int i = 0; i < WRITES; i++) {
              int number = random.nextInt(keys);
              tx.write(SampleData.key(number), SampleData.value(number));
            }
          });
    }

    /**
     * Ends it.
     *
     * @throws IllegalStateException if a commit failed
     */
    @Override
    @TearDown(Level.Trial)
    public void close() {
      boolean went = ticking.cancel(false);
      ticker.shutdown();
      try {
        if (!went) {
          ticking.get();
        }
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException("the writer stopped", e);
      } finally {
        super.close();
      }
    }
  }

  /** One read of the storage. */
  @Benchmark
  public @Nullable Bytes storageRead(BusyStorage filled, Cursor cursor) {
    return filled.storage.read(cursor.next(filled.asked));
  }
}
