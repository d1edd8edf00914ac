package io.petacore.internal.mvcc;

import io.petacore.bench.benchmark.micro.PairedTimes;
import io.petacore.data.Bytes;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
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
import org.openjdk.jmh.infra.Blackhole;

/** Random versions of one key in the index of its chain, beside a {@link ConcurrentSkipListMap}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the setup first.
public class VersionIndexBenchmark {
  private static final int SLICE = 10_000;

  @Param("100000")
  int versions;

  private final SplittableRandom random = new SplittableRandom(9);
  private final ConcurrentSkipListMap<Long, Version> skipList = new ConcurrentSkipListMap<>();
  private Version head;

  /** Links the versions, each with a value of its own. */
  @Setup(Level.Trial)
  public void link() {
    head = Version.first(Bytes.utf8("key"), value(0), 0, 0);
    head.chain().link(head);
    skipList.put(0L, head);
    for (long i = 1; i < versions; i++) {
      head = head.next(value(i), 10 * i, i, LongChains.DEFAULT);
      head.chain().link(head);
      skipList.put(10 * i, head);
    }
  }

  private static Bytes value(long number) {
    return Bytes.utf8("value-" + number);
  }

  /** Looks versions up at random timestamps. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void random(PairedTimes times, Blackhole hole) {
    times.reference(() -> findInSkipList(hole));
    times.own(SLICE, () -> find(hole));
  }

  private void findInSkipList(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      Map.Entry<Long, Version> found = skipList.floorEntry(random.nextLong(10L * versions));
      hole.consume(found == null ? null : found.getValue().value());
    }
  }

  private void find(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      Version found = head.visibleAt(random.nextLong(10L * versions));
      hole.consume(found == null ? null : found.value());
    }
  }
}
