package io.petacore.internal.mvcc;

import io.petacore.bench.benchmark.micro.PairedTimes;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import java.util.Locale;
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

/**
 * Compares the ordered index with a {@link ConcurrentSkipListMap} from the same keys to the same
 * version chains: scans and writes, and with {@link #main} memory usage.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OrderedIndexBenchmark {
  private static final int SLICE = 1_000;
  private static final int LENGTH = 100;

  @Param("1000000")
  int keys;

  /** Number of keys that a revision adds and removes. */
  @Param("10")
  int changes;

  private final SplittableRandom random = new SplittableRandom(3);
  private VersionChain[] chains = {};
  private OrderedIndex tree = new OrderedIndex();
  private ConcurrentSkipListMap<Bytes, VersionChain> skipList = new ConcurrentSkipListMap<>();

  /** Adds half of the keys. */
  @Setup(Level.Trial)
  public void fill() {
    chains = new VersionChain[2 * keys];
    for (int i = 0; i < chains.length; i++) {
      chains[i] = chain(i);
    }
    tree = new OrderedIndex();
    skipList = new ConcurrentSkipListMap<>();
    for (int i = 0; i < chains.length; i += 2) {
      tree.add(chains[i]);
      skipList.put(chains[i].key(), chains[i]);
    }
    tree.publish();
    System.gc();
  }

  private static VersionChain chain(int number) {
    Bytes key = Bytes.utf8(String.format(Locale.ROOT, "catalogue/item-%07d", number));
    VersionChain chain = new VersionChain(key);
    chain.link(Version.first(key, Bytes.EMPTY, 1, 1));
    return chain;
  }

  private KeyRange range() {
    int from = random.nextInt(chains.length - 2 * LENGTH);
    return KeyRange.closedOpen(chains[from].key(), chains[from + 2 * LENGTH].key());
  }

  /** Scans 100 keys and reads the newest version of each. */
  @Benchmark
  @OperationsPerInvocation(SLICE)
  public void scan(PairedTimes times, Blackhole hole) {
    times.reference(() -> scanSkipList(hole));
    times.own(SLICE, () -> scanTree(hole));
  }

  private void scanSkipList(Blackhole hole) {
    for (int i = 0; i < SLICE; i++) {
      KeyRange range = range();
      Bytes to = range.to();
      if (to == null) {
        throw new IllegalStateException("unbounded range: " + range);
      }
      for (VersionChain chain : skipList.subMap(range.from(), to).values()) {
        hole.consume(chain.head());
      }
    }
  }

  private void scanTree(Blackhole hole) {
    Version[] found = new Version[RangeScan.GROUP];
    for (int i = 0; i < SLICE; i++) {
      PageCursor cursor = tree.scan(range(), Order.ASCENDING);
      for (int count = cursor.next(found); count > 0; count = cursor.next(found)) {
        for (int j = 0; j < count; j++) {
          hole.consume(found[j]);
        }
      }
    }
  }

  /** Removes random keys and adds their neighbours, and then the reverse, in revisions. */
  @Benchmark
  @OperationsPerInvocation(2 * SLICE)
  public void addAndRemove(PairedTimes times) {
    int[] pairs = random.ints(SLICE, 0, keys).distinct().toArray();
    times.reference(
        () -> {
          replaceInSkipList(pairs, 0);
          replaceInSkipList(pairs, 1);
        });
    times.own(
        2 * SLICE,
        () -> {
          replaceInTree(pairs, 0);
          replaceInTree(pairs, 1);
        });
  }

  private void replaceInSkipList(int[] pairs, int from) {
    for (int pair : pairs) {
      skipList.remove(chains[2 * pair + from].key());
      VersionChain added = chains[2 * pair + 1 - from];
      skipList.put(added.key(), added);
    }
  }

  private void replaceInTree(int[] pairs, int from) {
    int sincePublished = 0;
    for (int pair : pairs) {
      tree.remove(chains[2 * pair + from].key());
      tree.add(chains[2 * pair + 1 - from]);
      if (++sincePublished == changes) {
        tree.publish();
        sincePublished = 0;
      }
    }
    tree.publish();
  }

  /** Prints the memory usage per key of both, loaded in key order and in random order. */
  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments.length == 0 ? "1000000" : arguments[0]);
    VersionChain[] chains = new VersionChain[count];
    for (int i = 0; i < count; i++) {
      chains[i] = chain(i);
    }
    print("in key order", chains);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      VersionChain swapped = chains[i];
      chains[i] = chains[j];
      chains[j] = swapped;
    }
    print("in random order", chains);
  }

  private static void print(String order, VersionChain[] chains) {
    long empty = used();
    OrderedIndex tree = new OrderedIndex();
    for (VersionChain chain : chains) {
      tree.add(chain);
    }
    tree.publish();
    long withTree = used();
    ConcurrentSkipListMap<Bytes, VersionChain> skipList = new ConcurrentSkipListMap<>();
    for (VersionChain chain : chains) {
      skipList.put(chain.key(), chain);
    }
    long withBoth = used();
    System.out.printf(
        Locale.ROOT,
        "loaded %s: tree %.1f B, skip list %.1f B per key (%d and %d keys)%n",
        order,
        (double) (withTree - empty) / chains.length,
        (double) (withBoth - withTree) / chains.length,
        tree.size(),
        skipList.size());
  }

  private static long used() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
