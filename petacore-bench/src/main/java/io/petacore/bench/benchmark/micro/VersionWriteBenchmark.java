package io.petacore.bench.benchmark.micro;

import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Applies revisions of one change each to a key with many versions. Each revision links one version
 * and frees the oldest, so that the length of the chain is constant.
 *
 * <p>The reference is the same workload on short chains: one key with {@value #SHORT} versions, or
 * keys with {@value #SHORT} versions each and as many versions in total.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class VersionWriteBenchmark {
  private static final int SLICE = 10_000;
  private static final int SHORT = 4;

  @Param("100000")
  int versions;

  private Writer longChain;
  private Writer shortChain;
  private Writer shortChains;

  /**
   * Writes to a cache whose clock is its revision, so that it keeps a fixed number of revisions.
   */
  private static final class Writer {
    private final Bytes[] keys;
    private final MvccCache cache;
    private long revision = 1;

    Writer(int versions, int keys) {
      this.keys = SampleData.lookups(keys, 11);
      this.cache = new MvccCache(Duration.ofNanos(versions), () -> revision);
      cache.beginLoad();
      for (Bytes key : this.keys) {
        cache.load(new Change(key, SampleData.fastValue(), 1));
      }
      cache.endLoad(1, 1);
      write(2 * versions);
    }

    void write(int revisions) {
      for (int i = 0; i < revisions; i++) {
        revision++;
        Bytes key = keys[(int) (revision % keys.length)];
        cache.apply(List.of(new Change(key, SampleData.fastValue(), revision)), revision, revision);
      }
    }
  }

  /** Writes until every chain has its full length. */
  @Setup(Level.Trial)
  public void fill() {
    longChain = new Writer(versions, 1);
    shortChain = new Writer(SHORT, 1);
    shortChains = new Writer(versions, versions / SHORT);
  }

  /** Writes to a long chain; the reference is one short chain. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void comparedWithOneShortChain(PairedTimes times) {
    times.reference(() -> shortChain.write(SLICE));
    times.own(SLICE, () -> longChain.write(SLICE));
  }

  /** Writes to a long chain; the reference is short chains with as many versions in total. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void comparedWithManyShortChains(PairedTimes times) {
    times.reference(() -> shortChains.write(SLICE));
    times.own(SLICE, () -> longChain.write(SLICE));
  }
}
