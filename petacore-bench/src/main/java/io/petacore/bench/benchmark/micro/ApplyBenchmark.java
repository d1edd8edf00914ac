package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
 * Applies revisions of ten changes, one of them a deletion, to a cache; versions beyond the history
 * retention are freed meanwhile. Keys and values are new objects, as if just decoded.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class ApplyBenchmark {
  private static final int KEYS = 100_000;
  private static final int CHANGES = 10;
  private static final Duration RETENTION = Duration.ofMillis(100);

  private final SplittableRandom random = new SplittableRandom(5);
  private MvccCache cache;
  private long revision;

  /** Loads the keys. */
  @Setup(Level.Trial)
  public void fill() {
    cache = new MvccCache(RETENTION, System::nanoTime);
    cache.beginLoad();
    for (int i = 0; i < KEYS; i++) {
      cache.load(new Change(SampleData.key(i), SampleData.value(i), 1));
    }
    revision = 1;
    cache.endLoad(revision, revision);
  }

  /** Applies one revision; the score is the time per change. */
  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public void apply() {
    revision++;
    List<Change> changes = new ArrayList<>(CHANGES);
    for (int i = 0; i < CHANGES; i++) {
      Bytes key = SampleData.fastKey(random.nextInt(KEYS));
      changes.add(new Change(key, i == 0 ? null : SampleData.fastValue(), revision));
    }
    cache.apply(changes, revision, revision);
  }
}
