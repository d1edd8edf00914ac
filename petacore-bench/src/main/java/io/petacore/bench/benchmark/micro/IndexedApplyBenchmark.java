package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.data.Entry;
import io.petacore.data.KeyRange;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.IndexDefinition;
import io.petacore.internal.mvcc.MvccCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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
 * Applies revisions of ten changes, one of them a deletion, to a cache with two indexes,
 * alternating with one that has none. One change in 25 gives its key another index key in the
 * second index.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class IndexedApplyBenchmark {
  private static final int KEYS = 100_000;
  private static final int CHANGES = 10;
  private static final int REVISIONS = 200;
  private static final Duration RETENTION = Duration.ofMillis(100);
  private static final int GROUPS = 100;

  private final SplittableRandom random = new SplittableRandom(5);
  private final byte[] value = SampleData.value(0).toByteArray();
  private MvccCache plain;
  private MvccCache indexed;
  private long revision = 1;

  /** Loads the keys. */
  @Setup(Level.Trial)
  public void fill() {
    plain = cache(List.of());
    indexed =
        cache(
            List.of(
                new IndexDefinition("end", KeyRange.all(), IndexedApplyBenchmark::end, false),
                new IndexDefinition("group", KeyRange.all(), IndexedApplyBenchmark::group, false)));
  }

  private static Collection<Bytes> end(Entry entry) {
    Bytes key = entry.key();
    return List.of(key.substring(key.length() - 3));
  }

  private static Collection<Bytes> group(Entry entry) {
    return List.of(entry.value().prefixOf(1));
  }

  private MvccCache cache(List<IndexDefinition> indexes) {
    MvccCache cache = new MvccCache(RETENTION, System::nanoTime);
    cache.indexes().define(indexes);
    cache.beginLoad();
    for (int i = 0; i < KEYS; i++) {
      cache.load(new Change(SampleData.key(i), nextValue(), 1));
    }
    cache.endLoad(revision, revision);
    return cache;
  }

  /** Most values belong to group 0. */
  private Bytes nextValue() {
    int group = random.nextInt(50) == 0 ? random.nextInt(GROUPS) : 0;
    value[0] = (byte) group;
    return Bytes.of(value);
  }

  /** Applies revisions to both; the times are those per change. */
  @Benchmark
  @OperationsPerInvocation(REVISIONS * CHANGES)
  public void apply(PairedTimes times) {
    List<List<Change>> revisions = new ArrayList<>(REVISIONS);
    for (int i = 0; i < REVISIONS; i++) {
      List<Change> changes = new ArrayList<>(CHANGES);
      for (int j = 0; j < CHANGES; j++) {
        Bytes key = SampleData.fastKey(random.nextInt(KEYS));
        changes.add(new Change(key, j == 0 ? null : nextValue(), revision + 1 + i));
      }
      revisions.add(changes);
    }
    times.reference(() -> apply(plain, revisions));
    times.own(REVISIONS * CHANGES, () -> apply(indexed, revisions));
    revision += REVISIONS;
  }

  private void apply(MvccCache cache, List<List<Change>> revisions) {
    long next = revision;
    for (List<Change> changes : revisions) {
      next++;
      cache.apply(changes, next, next);
    }
  }
}
