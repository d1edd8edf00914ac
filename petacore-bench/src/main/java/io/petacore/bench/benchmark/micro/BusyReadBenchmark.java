package io.petacore.bench.benchmark.micro;

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
 * Reading one key of many while others change, 200 commits a second of 100 keys each, in turns with
 * the same while nothing does.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BusyReadBenchmark {
  private static final int TURN = 250_000; // some tens of milliseconds: about ten commits

  /** Somebody who commits at a steady rate, by way of the store like everybody. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls the setup first.
  public static class Writer {
    private static final int COMMITS_A_SECOND = 200;
    private static final int WRITES = 100;
    private static final TransactionOptions BLIND =
        TransactionOptions.defaults().isolation(IsolationLevel.READ_COMMITTED);

    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final Random random = new Random(7);
    private Future<?> ticking;
    private boolean working; // guarded by this

    /** Makes it ready. */
    @Setup(Level.Trial)
    public void begin(FilledStorage filled) {
      long period = TimeUnit.SECONDS.toNanos(1) / COMMITS_A_SECOND;
      ticking = ticker.scheduleAtFixedRate(() -> tick(filled), 0, period, TimeUnit.NANOSECONDS);
    }

    private synchronized void tick(FilledStorage filled) {
      if (working) {
        filled.storage.runTransaction(
            BLIND,
            tx -> {
              for (int i = 0; i < WRITES; i++) {
                int number = random.nextInt(filled.keys);
                tx.write(SampleData.keyInHaste(number), SampleData.valueInHaste());
              }
            });
      }
    }

    /** Lets it go on, or ends what it is at and lets it rest. */
    synchronized void work(boolean now) {
      working = now;
    }

    /**
     * Ends it.
     *
     * @throws IllegalStateException if a commit failed
     */
    @TearDown(Level.Trial)
    public void end() throws InterruptedException {
      boolean went = ticking.cancel(false);
      ticker.shutdown();
      if (!went) {
        try {
          ticking.get();
        } catch (ExecutionException e) {
          throw new IllegalStateException("the writer stopped", e);
        }
      }
    }
  }

  /** Reads while nobody writes, and while somebody does. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public void read(
      FilledStorage filled, Writer writer, Cursor cursor, Turns turns, Blackhole hole) {
    turns.reference(() -> hole.consume(filled.read(filled.asked, cursor, TURN)));
    writer.work(true);
    turns.own(TURN, () -> hole.consume(filled.read(filled.asked, cursor, TURN)));
    writer.work(false);
  }
}
