package io.petacore.bench.benchmark.write;

import io.petacore.DistributedStorage;
import io.petacore.bench.support.console.Figures;
import io.petacore.bench.support.console.Latencies;
import io.petacore.data.Bytes;
import io.petacore.data.KeyRange;
import io.petacore.transaction.WriteBehind;
import io.petacore.transaction.WriteBehindOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Write-behind, beside commits of the same node. */
final class WriteBehindWorkloads {

  private static final int THREADS = 64;
  private static final int KEYS = 100_000;
  private static final Bytes VALUE = Bytes.utf8("v".repeat(128));

  /** Holds all keys, and sends nothing before it is flushed. */
  private static final WriteBehindOptions UNTIL_FLUSHED =
      WriteBehindOptions.defaults().flushInterval(Duration.ofDays(1)).maxBytes(1L << 30);

  private final DistributedStorage node;

  WriteBehindWorkloads(DistributedStorage node) {
    this.node = node;
  }

  List<Workload> all() {
    return List.of(randomKeys(), flush());
  }

  private Workload randomKeys() {
    return Workload.besideCommits(
        "write-behind, 64 threads, random keys of 100,000",
        20,
        ClosedLoop.of(
            THREADS,
            thread -> {
              Bytes key = randomKey();
              node.runTransaction(tx -> tx.write(key, VALUE));
            }),
        time -> {
          try (WriteBehind buffer = node.writeBehind(WriteBehindOptions.defaults())) {
            return ClosedLoop.of(THREADS, thread -> buffer.write(randomKey(), VALUE)).run(time);
          }
        });
  }

  private static Bytes randomKey() {
    return Bytes.utf8("r" + ThreadLocalRandom.current().nextInt(KEYS));
  }

  private Workload flush() {
    return new Workload(
        "flush of 100,000 pending",
        Workload.Measure.MEDIAN_LATENCY,
        0,
        null,
        this::flushRepeatedly,
        () -> {
          long found = node.count(KeyRange.prefix("f/"));
          if (found != KEYS) {
            throw new IllegalStateException("only " + found + " of " + KEYS + " keys exist");
          }
          return Figures.count(found) + " applied";
        });
  }

  private Sample flushRepeatedly(Duration time) {
    Latencies latencies = new Latencies();
    long flushes = 0;
    long nanos = 0;
    long end = System.nanoTime() + time.toNanos();
    try (WriteBehind buffer = node.writeBehind(UNTIL_FLUSHED)) {
      do {
        for (int i = 0; i < KEYS; i++) {
          buffer.write(Bytes.utf8("f/" + i), VALUE);
        }
        long from = System.nanoTime();
        buffer.flush();
        long took = System.nanoTime() - from;
        latencies.record(took);
        nanos += took;
        flushes++;
      } while (System.nanoTime() - end < 0);
    }
    return new Sample(flushes, nanos, latencies);
  }
}
