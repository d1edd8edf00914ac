package io.petacore.bench.benchmark.micro;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.petacore.transaction.IsolationLevel;
import io.petacore.transaction.TransactionOptions;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
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
 * Reads single keys while 200 commits per second write 100 keys each, alternating with the same
 * reads without commits.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BusyReadBenchmark {
  private static final int SLICE = 250_000; // tens of milliseconds: about ten commits

  /** Commits at a fixed rate, through the store. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls the setup first.
  public static class Writer {
    private static final int COMMITS_PER_SECOND = 200;
    private static final int WRITES = 100;
    private static final TransactionOptions BLIND =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final Random random = new Random(7);
    private Future<?> ticking;

    @GuardedBy("this")
    private boolean working;

    /** Starts the writer, idle. */
    @Setup(Level.Trial)
    public void begin(FilledStorage filled) {
      long period = TimeUnit.SECONDS.toNanos(1) / COMMITS_PER_SECOND;
      ticking = ticker.scheduleAtFixedRate(() -> tick(filled), 0, period, TimeUnit.NANOSECONDS);
    }

    private synchronized void tick(FilledStorage filled) {
      if (working) {
        filled.storage.runTransaction(
            BLIND,
            tx -> {
              for (int i = 0; i < WRITES; i++) {
                int number = random.nextInt(filled.keys);
                tx.write(SampleData.fastKey(number), SampleData.fastValue());
              }
            });
      }
    }

    /** Resumes the writer, or pauses it after the commit in progress. */
    synchronized void work(boolean now) {
      working = now;
    }

    /**
     * Stops the writer.
     *
     * @throws IllegalStateException if a commit failed
     */
    @TearDown(Level.Trial)
    public void end() throws InterruptedException {
      boolean cancelled = ticking.cancel(false);
      ticker.shutdown();
      if (!cancelled) {
        try {
          ticking.get();
        } catch (ExecutionException e) {
          throw new IllegalStateException("the writer failed", e);
        }
      }
    }
  }

  /** Reads without and with concurrent commits. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void read(
      FilledStorage filled, Writer writer, Cursor cursor, PairedTimes times, Blackhole hole) {
    times.reference(() -> hole.consume(filled.read(filled.lookups, cursor, SLICE)));
    writer.work(true);
    times.own(SLICE, () -> hole.consume(filled.read(filled.lookups, cursor, SLICE)));
    writer.work(false);
  }
}
