package io.petacore.bench.jmh;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import java.time.Duration;
import java.util.ArrayList;
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

/**
 * Applying revisions of ten changes each to a cache, one in ten a deletion; what falls behind the
 * history is freed on the way.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class ApplyBenchmark {
  private static final int KEYS = 100_000;
  private static final int CHANGES = 10;
  private static final int REVISIONS = 50_000;
  private static final Duration RETENTION = Duration.ofMillis(100);

  private final List<List<Change>> revisions = new ArrayList<>();
  private MvccCache cache;
  private long revision;

  /** Fills the cache. */
  @Setup(Level.Trial)
  public void fill() {
    List<Change> state = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      state.add(new Change(SampleData.key(i), SampleData.value(i), 1));
    }
    cache = new MvccCache(RETENTION, System::nanoTime);
    revision = 1;
    cache.load(state, revision, revision);
    Random random = new Random(5);
    for (int i = 0; i < REVISIONS; i++) {
      List<Change> changes = new ArrayList<>();
      for (int j = 0; j < CHANGES; j++) {
        int number = random.nextInt(KEYS);
        Bytes value = j == 0 ? null : SampleData.value(number);
        changes.add(new Change(SampleData.key(number), value, 2));
      }
      revisions.add(changes);
    }
  }

  /** One revision; the time is that of each of its changes. */
  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public void apply() {
    revision++;
    cache.apply(revisions.get((int) (revision % REVISIONS)), revision, revision);
  }
}
