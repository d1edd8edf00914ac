package io.petacore.bench.benchmark.read;

import io.petacore.bench.benchmark.micro.SampleData;
import io.petacore.data.Bytes;
import io.petacore.internal.mvcc.Change;
import io.petacore.internal.mvcc.MvccCache;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Memory per key, compared with a plain map. */
final class MemoryWorkloads {

  private static final int KEYS = 100_000;
  private static final int COLLECTIONS = 3;
  private static final int DATA = SampleData.key(0).length() + SampleData.value(0).length();

  List<Workload> all() {
    return List.of(
        new Workload(
            "memory overhead per key",
            "ConcurrentHashMap<Bytes, Bytes>",
            Unit.BYTES,
            Comparison.TIMES,
            2,
            round ->
                new Measurement(
                    overhead(this::cache),
                    overhead(this::map),
                    "estimated by the status: "
                        + Unit.BYTES.show((double) cache().memoryUsage().bytes() / KEYS - DATA))));
  }

  private Object map() {
    ConcurrentHashMap<Bytes, Bytes> map = new ConcurrentHashMap<>();
    for (int i = 0; i < KEYS; i++) {
      map.put(SampleData.key(i), SampleData.value(i));
    }
    return map;
  }

  private MvccCache cache() {
    List<Change> state = new ArrayList<>(KEYS);
    for (int i = 0; i < KEYS; i++) {
      state.add(new Change(SampleData.key(i), SampleData.value(i), 1));
    }
    MvccCache cache = new MvccCache(Duration.ofSeconds(1), System::nanoTime);
    cache.load(state, 1, 1);
    return cache;
  }

  /** Returns the heap growth per key when an object is built, minus the bytes of key and value. */
  private static double overhead(Supplier<Object> building) {
    long before = usedAfterCollection();
    Object built = building.get();
    try {
      return (double) (usedAfterCollection() - before) / KEYS - DATA;
    } finally {
      Reference.reachabilityFence(built);
    }
  }

  private static long usedAfterCollection() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
